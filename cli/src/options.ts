import type { OutputFormat } from './output/format.js';

/** Options that every command has. */
export interface CommonOptions {
  readonly name: string;
  readonly home: string;
  readonly output: OutputFormat;
}

import { paint } from './terminal.js';

/** A logger for commands that draw on the terminal while they work: keeps what it is warned of, each once, until it can be read. */
export class KeptWarnings {
  readonly #lines = new Set<string>();

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  debug(): void {}

  info(): void {}

  readonly warn = (fields: object, message: string): void => void this.#lines.add([message, ...Object.values(fields).filter((value) => typeof value === 'string')].join(': '));

  readonly error = this.warn;

  child(): this {
    return this;
  }

  /** Writes a line each. */
  end(): void {
    for (const line of this.#lines) this.stream.write(`${paint('yellow', 'warning:', this.stream)} ${line}\n`);
    this.#lines.clear();
  }
}

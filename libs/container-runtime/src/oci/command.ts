import { execFile } from 'node:child_process';
import { RuntimeError } from '../runtime.js';

export interface CommandOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** A program that did not end with 0, or could not be started. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly program: string,
    /** undefined: it did not even start. */
    readonly exitCode: number | undefined,
    /** What it said, or why it did not start. */
    readonly said: string,
  ) {
    super(`${program}: ${said}`);
  }
}

const MOST_OUTPUT = 16 * 2 ** 20;

/** Runs a program to its end, without a shell; resolves to its standard output. Rejects with a `CommandError`. */
export function runCommand(program: string, args: readonly string[], { cwd, signal }: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: MOST_OUTPUT, ...(cwd === undefined ? {} : { cwd }), ...(signal === undefined ? {} : { signal }) }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new CommandError(program, typeof error.code === 'number' ? error.code : undefined, stderr.trim() === '' ? error.message : stderr.trim()));
    }).stdin?.end();
  });
}

/** As an error of the runtime: what a program says of a container that is not there is `not-found`. */
export function translatedCommand(error: unknown, code: 'start-failed' | 'invalid'): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const said = error instanceof CommandError ? error.said : String(error);
  return new RuntimeError(/does not exist/.test(said) ? 'not-found' : code, said, { cause: error });
}

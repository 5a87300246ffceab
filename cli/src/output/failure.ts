import { CommanderError } from 'commander';
import { paint } from './terminal.js';

const FAILED = 1;
const WRONG_USAGE = 2;

/** A failure that was already told to the user: only the code is left to set. */
export class ExitCode extends Error {
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

/** Writes what went wrong and what to do next; returns the process's exit code: 1 failed, 2 wrong usage. */
export function reportFailure(error: unknown): number {
  if (error instanceof ExitCode) return error.code;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  const { message, hint, stack } = describe(error);
  process.stderr.write(`${paint('red', 'error:', process.stderr)} ${message}\n`);
  if (hint !== undefined) process.stderr.write(`${paint('dim', 'next:', process.stderr)}  ${hint}\n`);
  if (stack !== undefined) process.stderr.write(`${paint('dim', stack, process.stderr)}\n`);
  return FAILED;
}

/** Errors that were made for users have a hint and need no stack; others show where they came from. */
function describe(error: unknown): { message: string; hint?: string; stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  const hint = (error as { hint?: unknown }).hint;
  if (error.name === 'ClusterError' || error.name === 'ImageError') return { message: error.message, ...(typeof hint === 'string' ? { hint } : {}) };
  const stack = error.stack?.split('\n').slice(1, 4).join('\n');
  return { message: error.message, ...(stack === undefined ? {} : { stack }) };
}

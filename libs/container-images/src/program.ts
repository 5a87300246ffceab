import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** Undefined where it is not installed. */
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program of the machine to its end, with `input` on its standard input. */
export async function runProgram(name: string, args: readonly string[], input: Uint8Array = new Uint8Array()): Promise<ProgramResult> {
  const ended = Promise.withResolvers<number | undefined>();
  const child = spawn(name, args, { stdio: 'pipe', env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' } });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? ended.resolve(undefined) : ended.reject(error)));
  child.once('close', (code) => ended.resolve(code ?? 1));
  // Who ends before it has read all says why by its code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await ended.promise;
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString().trim() };
}

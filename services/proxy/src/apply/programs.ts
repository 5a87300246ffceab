import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Runs a program in the node's network namespace; resolves with what it printed, rejects with what it printed as error. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const execute = promisify(execFile);

/** A whole table of flows or rules may be printed. */
const LARGEST_OUTPUT = 256 * 1024 * 1024;

/** In this process's own namespace. */
export const runProgram: RunProgram = async (program, args) => {
  const { stdout } = await execute(program, [...args], { maxBuffer: LARGEST_OUTPUT, env: { ...process.env, LC_ALL: 'C' } });
  return stdout;
};

/** All commands in one transaction: all or none take effect. */
export function runTransaction(run: RunProgram, commands: string): Promise<void> {
  return withFile(commands, async (path) => void (await run('nft', ['-f', path])));
}

/** Rejects where a transaction of these commands would be refused; nothing takes effect. */
export function checkCommands(run: RunProgram, commands: string): Promise<void> {
  return withFile(commands, async (path) => void (await run('nft', ['--check', '-f', path])));
}

/** nft does not read from the socket pair that a child's input is. */
async function withFile(content: string, use: (path: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gantry-nft-'));
  try {
    const path = join(directory, 'commands');
    await writeFile(path, content);
    await use(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A program that is not installed. */
export function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

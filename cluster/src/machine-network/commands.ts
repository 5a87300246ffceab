import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const MOST_OUTPUT = 2 ** 26;

/** Runs a program of the system; rejects with what it printed as error. */
export async function command(program: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
  try {
    return (await execute(program, [...args], { env, maxBuffer: MOST_OUTPUT })).stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${program} ${args.join(' ')}: ${stderr?.trim() || message}`, { cause: error });
  }
}

/** Has `ip -batch` or `nft -f` read these lines. By a file: nft does not read from the socket pair that a child's input is. */
export async function commandWithLines(lines: string, program: string, ...args: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-lines-'));
  try {
    const path = join(folder, 'lines');
    await writeFile(path, lines);
    await command(program, ...args, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Does what may be done already, or cannot be done because its object is gone. */
export async function attempt(program: string, ...args: readonly string[]): Promise<boolean> {
  return command(program, ...args).then(() => true, () => false);
}

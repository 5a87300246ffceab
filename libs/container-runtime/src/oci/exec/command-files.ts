import { randomBytes } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is on disk for one command while it runs. Its directory occurs in the arguments of whatever runs the command. */
export interface CommandFiles {
  readonly directory: string;
  /** Written by the runtime when the command was started: its process. */
  readonly pidFile: string;
  /** Where the runtime says why it was not. */
  readonly log: string;
  /** What it is to run, where arguments do not say that. */
  readonly process: string;
}

function commandsOf(container: string): string {
  return join(container, 'commands');
}

/** `container` is the directory of the container. Written before anything runs, so that whoever comes next finds what was left. */
export async function makeCommandFiles(container: string): Promise<CommandFiles> {
  const files = commandFiles(join(commandsOf(container), randomBytes(8).toString('hex')));
  await mkdir(files.directory, { recursive: true, mode: 0o700 });
  return files;
}

export async function listCommandFiles(container: string): Promise<CommandFiles[]> {
  const names = await readdir(commandsOf(container)).catch(() => []);
  return names.map((name) => commandFiles(join(commandsOf(container), name)));
}

export async function removeCommandFiles({ directory }: CommandFiles): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

function commandFiles(directory: string): CommandFiles {
  return { directory, pidFile: join(directory, 'pid'), log: join(directory, 'log'), process: join(directory, 'process.json') };
}

/** Whether the runtime started the command; resolves when that is known, at the latest when `exited` does. */
export async function wasStarted({ directory, pidFile }: CommandFiles, exited: Promise<unknown>): Promise<boolean> {
  if (existsSync(pidFile)) return true;
  const { promise: written, resolve } = Promise.withResolvers<void>();
  const watcher = watch(directory, { persistent: false }, () => existsSync(pidFile) && resolve()).on('error', () => resolve());
  try {
    // It may have been written before it was watched.
    if (!existsSync(pidFile)) await Promise.race([written, exited]);
  } finally {
    watcher.close();
  }
  return existsSync(pidFile);
}

/** What the runtime says of its failure; empty: nothing. */
export async function failureOf({ log }: CommandFiles): Promise<string> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  const messages = lines.flatMap((line) => messageIn(line) ?? []);
  return messages.at(-1) ?? '';
}

function messageIn(line: string): string | undefined {
  try {
    const { level, msg } = JSON.parse(line) as { level?: string; msg?: string };
    return level === 'error' || level === 'fatal' ? msg : undefined;
  } catch {
    return undefined;
  }
}

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownedName } from './owner.js';

/** Puts a file in its place whole and for good, or not at all. */
export async function writeWhole(path: string, text: string, temporary: string): Promise<void> {
  const draft = join(temporary, ownedName());
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** What was renamed or made in a folder survives a loss of power after this. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Undefined where it is not there. What is written whole is readable, unless the disk is damaged. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Takes a tree away at once, so that nobody sees half of it, and then its files. */
export async function removeTree(path: string, temporary: string): Promise<void> {
  const away = join(temporary, ownedName());
  try {
    await rename(path, away);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await rm(away, { recursive: true, force: true });
}

export async function makeFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths) await mkdir(path, { recursive: true, mode: 0o700 });
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

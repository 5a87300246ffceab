import { chmod, chown, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileProjection, Payload } from './payload.js';

const DATA = '..data';
const NEXT_DATA = '..data_tmp';

/**
 * Shows a payload in a directory so that readers see all of the old files or all of the new: they stand in a directory with
 * the time in its name, `..data` leads there and is swapped by a rename, and each visible name is a link through `..data`.
 * `prepare` may change owners and modes of the new directory before it is shown. May be killed at any line and run again.
 */
export async function writePayload(directory: string, payload: Payload, prepare: (path: string) => Promise<void>, now: number): Promise<void> {
  for (const path of payload.keys()) if (path === '' || path.startsWith('..') || path.split('/').includes('..')) throw new Error(`invalid path: ${path}`);
  const current = await readlink(join(directory, DATA)).catch(() => undefined);
  if (current === undefined || !(await shows(join(directory, current), payload))) {
    const next = await writeNext(directory, payload, now);
    await prepare(join(directory, next));
    await swap(directory, next);
  }
  await linkVisible(directory, payload);
  await clearAway(directory, await readlink(join(directory, DATA)));
}

/** Whether a directory holds these files with these contents and no others. */
async function shows(directory: string, payload: Payload): Promise<boolean> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => undefined);
  const files = entries?.filter((entry) => !entry.isDirectory());
  if (files === undefined || files.length !== payload.size) return false;
  for (const [path, { data }] of payload) {
    const present = await readFile(join(directory, path)).catch(() => undefined);
    if (present === undefined || !present.equals(data)) return false;
  }
  return true;
}

/** Returns the name of the new directory. */
async function writeNext(directory: string, payload: Payload, now: number): Promise<string> {
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-T:]/g, '_');
  const next = await mkdtemp(join(directory, `..${time}.`));
  await chmod(next, 0o755);
  for (const [path, file] of payload) await writeFileBelow(next, path, file);
  return next.slice(directory.length + 1);
}

async function writeFileBelow(directory: string, path: string, { data, mode, owner }: FileProjection): Promise<void> {
  await makeFolders(directory, dirname(path));
  const target = join(directory, path);
  await writeFile(target, data, { mode: 0o600, flag: 'wx' });
  if (owner !== undefined) await chown(target, owner, -1);
  // The mode of a creation would be cut by the process's mask.
  await chmod(target, mode);
}

async function makeFolders(directory: string, path: string): Promise<void> {
  if (path === '.') return;
  await makeFolders(directory, dirname(path));
  const folder = join(directory, path);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

async function swap(directory: string, next: string): Promise<void> {
  await rm(join(directory, NEXT_DATA), { force: true });
  await symlink(next, join(directory, NEXT_DATA));
  await rename(join(directory, NEXT_DATA), join(directory, DATA));
}

/** New names appear, and those that lead nowhere any more go. */
async function linkVisible(directory: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? ''));
  const present = new Set(await visibleNames(directory));
  for (const name of wanted) if (!present.has(name)) await symlink(join(DATA, name), join(directory, name));
  for (const name of present) if (!wanted.has(name)) await rm(join(directory, name), { recursive: true, force: true });
}

async function visibleNames(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !name.startsWith('..'));
}

/** Directories of former contents, and what a writer left that was killed. */
async function clearAway(directory: string, current: string): Promise<void> {
  const hidden = (await readdir(directory)).filter((name) => name.startsWith('..') && name !== DATA && name !== current);
  for (const name of hidden) await rm(join(directory, name), { recursive: true, force: true });
}

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openLogBytes } from './log-bytes.js';
import type { LogBytes } from './log-bytes.js';

/** `<log>.20060102-150405`: when it was rotated, as upstream's kubelet names it; with `.gz` when it was compressed. */
const ROTATED = /^\.(\d{8}-\d{6})(\.gz)?$/;
/** How often a list of files is taken that changes while they are opened. */
const ATTEMPTS = 20;

export interface RotatedName {
  readonly path: string;
  /** `20060102-150405`; in the order of these the files were written. */
  readonly at: string;
  readonly isCompressed: boolean;
}

/** The rotated files of a log, oldest first, among them pairs of which one is the other one compressed. */
export async function listRotated(path: string): Promise<RotatedName[]> {
  const [directory, base] = [dirname(path), basename(path)];
  const names = await readdir(directory).catch(() => []);
  const rotated = names.flatMap((name): RotatedName[] => {
    const [, at, suffix] = (name.startsWith(base) ? ROTATED.exec(name.slice(base.length)) : null) ?? [];
    return at === undefined ? [] : [{ path: join(directory, name), at, isCompressed: suffix !== undefined }];
  });
  return rotated.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The name of a log that is rotated then. */
export function rotatedPath(path: string, at: string): string {
  return `${path}.${at}`;
}

/** Those of which each line is in one: a compressed file stands for what it was made of. */
export function withoutDoubles(names: readonly RotatedName[]): RotatedName[] {
  const compressed = new Set(names.filter(({ isCompressed }) => isCompressed).map(({ at }) => at));
  return names.filter(({ at, isCompressed }) => isCompressed || !compressed.has(at));
}

/** Opens all files of a log, oldest first, the present one last, as they were at one moment; none where it has none. */
export async function openLogFiles(path: string): Promise<LogBytes[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const names = withoutDoubles(await listRotated(path));
    const opened = await openAll([...names.map((name) => name.path), path]);
    const isSame = namesOf(names) === namesOf(withoutDoubles(await listRotated(path)));
    const present = opened.at(-1);
    if (isSame && opened.slice(0, -1).every((file) => file !== undefined)) return distinct([...opened.slice(0, -1), present]);
    await closeAll(opened);
  }
  throw new Error(`the files of the log ${path} do not stay the same for a moment`);
}

export async function closeAll(files: readonly (LogBytes | undefined)[]): Promise<void> {
  await Promise.all(files.map((file) => file?.close()));
}

function namesOf(names: readonly RotatedName[]): string {
  return names.map(({ path }) => path).join('\n');
}

async function openAll(paths: readonly string[]): Promise<(LogBytes | undefined)[]> {
  return Promise.all(paths.map((path) => openLogBytes(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  })));
}

/** While a log is rotated the present file has two names. */
async function distinct(files: readonly (LogBytes | undefined)[]): Promise<LogBytes[]> {
  const present = files.at(-1);
  const older = files.slice(0, -1).filter((file) => file !== undefined);
  const twice = older.filter(({ inode }) => inode === present?.inode);
  await closeAll(twice);
  return [...older.filter((file) => !twice.includes(file)), ...(present === undefined ? [] : [present])];
}

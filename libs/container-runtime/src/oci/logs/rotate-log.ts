import { createReadStream, createWriteStream } from 'node:fs';
import { link, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { listRotated, rotatedPath, withoutDoubles } from './log-files.js';
import type { RotatedName } from './log-files.js';

export interface RotationLimits {
  /** Bytes from which on a log is rotated (`containerLogMaxSize`). */
  readonly maxSize: number;
  /** Files of a log, the present one included (`containerLogMaxFiles`); two or more. */
  readonly maxFiles: number;
}

/** As the kubelet's configuration has them by default. */
export const DEFAULT_LIMITS: RotationLimits = { maxSize: 10 * 2 ** 20, maxFiles: 5 };

/**
 * Rotates a log that has grown too long, and brings its older files in order: all but the newest compressed, no more than allowed. The
 * writer's file gets its new name beside its old one, before the writer takes another: so the log has a file at every moment, no line is
 * lost, and whoever comes after a process that died in between finds by the two names that the writer was not asked yet.
 *
 * `reopen` has the writer open the name anew; it resolves when that is done, or cannot be.
 */
export async function rotateLog(path: string, { maxSize, maxFiles }: RotationLimits, now: number, reopen: () => Promise<void>): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  if (present === undefined) return;
  const rotated = await finishBefore(await listRotated(path), present.ino, reopen);
  if (present.size < maxSize || rotated === undefined) return;
  // With the present file and the one that it becomes there are as many as may be.
  const surplus = Math.max(0, rotated.length - (maxFiles - 2));
  await Promise.all(rotated.slice(0, surplus).flatMap(({ path: old }) => [old, draftOf(old)]).map((old) => rm(old, { force: true })));
  await Promise.all(rotated.slice(surplus).filter(({ isCompressed }) => !isCompressed).map((name) => compress(name.path)));
  await link(path, rotatedPath(path, nextName(now, rotated.at(-1)?.at)));
  await reopen();
}

/** Takes a log away with its rotated files, as CRI leaves to the kubelet. */
export async function removeLog(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  const own = names.filter((name) => name === basename(path) || name.startsWith(`${basename(path)}.`));
  await Promise.all(own.map((name) => rm(join(dirname(path), name), { force: true })));
}

/** What an earlier rotation left undone; undefined: it still is. */
async function finishBefore(names: readonly RotatedName[], inode: number, reopen: () => Promise<void>): Promise<RotatedName[] | undefined> {
  const kept = withoutDoubles(names);
  await Promise.all(names.filter((name) => !kept.includes(name)).map((name) => rm(name.path, { force: true })));
  const newest = kept.at(-1);
  const begun = newest === undefined ? undefined : await stat(newest.path).catch(() => undefined);
  if (begun?.ino !== inode) return kept;
  await reopen();
  return undefined;
}

async function compress(path: string): Promise<void> {
  const draft = draftOf(path);
  await pipeline(createReadStream(path), createGzip(), createWriteStream(draft, { mode: 0o600 }));
  await rename(draft, `${path}.gz`);
  await rm(path, { force: true });
}

/** What a process that died while it compressed left; the next one writes it anew. */
function draftOf(path: string): string {
  return `${path}.tmp`;
}

/** Later than the newest whatever the clock says, since the order of names is the order of lines. */
export function nextName(now: number, newest: string | undefined): string {
  const name = nameOf(now);
  return newest === undefined || name > newest ? name : nameOf(timeOf(newest) + 1000);
}

function nameOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}

function timeOf(name: string): number {
  const [year, month, day, hour, minute, second] = [name.slice(0, 4), name.slice(4, 6), name.slice(6, 8), name.slice(9, 11), name.slice(11, 13), name.slice(13, 15)].map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

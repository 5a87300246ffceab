import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { chainIds, digestOf } from '../digest.js';
import { readConfiguration } from '../documents.js';
import type { Platform } from '../image-config.js';
import { refused } from '../image-error.js';
import type { BuildOptions, ImageLimits } from '../image-store.js';
import { formatReference, parseReference } from '../reference.js';
import type { EntryType, TarEntry } from '../tar/entry.js';
import { writeEnd, writeHeader, writePadding } from '../tar/writer.js';
import { bytesOf } from '../unpack/entry-path.js';
import type { ArchivedImage } from './archived-images.js';

/** Makes an image of one layer of a folder's files; the layer's archive is written to `file`. Times are whole seconds, names sorted: the same folder gives the same image. */
export async function buildImage(options: BuildOptions, platform: Platform, limits: ImageLimits, file: string): Promise<ArchivedImage> {
  const diffId = await packFolder(options, file);
  const bytes = Buffer.from(JSON.stringify({
    architecture: platform.architecture, os: platform.os, ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    config: options.config ?? {}, rootfs: { type: 'layers', diff_ids: [diffId] },
  }));
  const [chainId = diffId] = chainIds([diffId]);
  return {
    id: digestOf(bytes),
    configuration: readConfiguration(bytes, 1, limits),
    tags: options.tags.map((tag) => formatReference(parseReference(tag))),
    layers: [{ digest: diffId, size: 0, diffId, chainId, obtain: () => Promise.resolve(file) }],
  };
}

/** Writes the archive of a folder; resolves to its digest. */
async function packFolder({ folder, owner, signal }: BuildOptions, file: string): Promise<string> {
  const hash = createHash('sha256');
  const target = await open(file, 'wx', 0o600);
  const links = new Map<string, string>();
  try {
    for await (const piece of piecesOf(folder, owner, links)) {
      signal?.throwIfAborted();
      hash.update(piece);
      await target.appendFile(piece);
    }
  } finally {
    await target.close();
  }
  return `sha256:${hash.digest('hex')}`;
}

async function* piecesOf(root: string, owner: BuildOptions['owner'], links: Map<string, string>): AsyncGenerator<Buffer> {
  if (!(await lstat(root).catch(() => undefined))?.isDirectory()) throw refused(`${root} is no folder`);
  for await (const path of walk(root, '')) {
    const place = bytesOf(path === '' ? root : join(root, path));
    const stats = await lstat(place, { bigint: true });
    const entry = await entryOf(path, place, stats, owner, links);
    if (entry === undefined) continue;
    yield writeHeader(entry);
    if (entry.type === 'file' && entry.size > 0) yield* contentOf(place, entry.size);
  }
  yield writeEnd();
}

/** Paths below the root, each directory before what is in it, in the order of their bytes. */
async function* walk(root: string, path: string): AsyncGenerator<string> {
  yield path;
  const names = await readdir(bytesOf(join(root, path)), { withFileTypes: true, encoding: 'latin1' });
  for (const { name, isDirectory } of names.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() })).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = path === '' ? name : `${path}/${name}`;
    if (isDirectory) yield* walk(root, inside);
    else yield inside;
  }
}

/** Undefined for sockets, which no archive holds. */
async function entryOf(path: string, place: Buffer, stats: BigIntStats, owner: BuildOptions['owner'], links: Map<string, string>): Promise<TarEntry | undefined> {
  const type = typeOf(stats);
  if (type === undefined) return undefined;
  const inode = `${stats.dev}:${stats.ino}`;
  const first = type === 'file' && stats.nlink > 1n ? links.get(inode) : undefined;
  if (first === undefined) links.set(inode, path);
  const linkName = first ?? (type === 'symbolic-link' ? await readlink(place, { encoding: 'latin1' }) : '');
  const device = Number(stats.rdev);
  return {
    type: first === undefined ? type : 'hard-link',
    name: path === '' ? './' : type === 'directory' ? `${path}/` : path,
    linkName,
    mode: Number(stats.mode) & 0o7777,
    uid: owner?.uid ?? Number(stats.uid),
    gid: owner?.gid ?? Number(stats.gid),
    size: type === 'file' && first === undefined ? Number(stats.size) : 0,
    mtime: Number(stats.mtimeNs / 1_000_000_000n),
    major: (device >> 8) & 0xfff,
    minor: (device & 0xff) | ((device >> 12) & 0xfff00),
    xattrs: new Map(),
  };
}

function typeOf(stats: BigIntStats): EntryType | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symbolic-link';
  if (stats.isCharacterDevice()) return 'character-device';
  if (stats.isBlockDevice()) return 'block-device';
  return stats.isFIFO() ? 'fifo' : undefined;
}

async function* contentOf(place: Buffer, size: number): AsyncGenerator<Buffer> {
  const handle = await open(place);
  let length = 0;
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 2 ** 18, end: size - 1 })) {
      length += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  } finally {
    await handle.close();
  }
  if (length !== size) throw refused(`${place.toString()} has changed while it was read`);
  yield writePadding(size);
}

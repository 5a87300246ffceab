import { chmodSync, chownSync, closeSync, fchmodSync, fchownSync, ftruncateSync, futimesSync, lchownSync, linkSync, lstatSync, lutimesSync, mkdirSync, openSync, rmSync, symlinkSync, utimesSync, writeSync } from 'node:fs';
import { refused } from '../image-error.js';
import type { TarEntry, TarSink } from '../tar/entry.js';
import { bytesOf, checkLink, parentOf, pathInside } from './entry-path.js';
import type { Meter } from './meter.js';
import { readWhiteout } from './whiteout-name.js';
import { keptXattrs } from './xattrs.js';

/** A device or pipe that is still to be made. */
export interface SpecialFile {
  readonly type: 'character-device' | 'block-device' | 'fifo';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly major: number;
  readonly minor: number;
}

/** What Node has no call for, left to whoever finishes the layer. Paths are relative and hold a byte in each character. */
export interface Remaining {
  /** Paths of the layers below that are not there in this one. */
  readonly removed: Set<string>;
  /** Directories of which nothing of the layers below is there. */
  readonly opaque: Set<string>;
  /** Directories that have entries and none of their own. */
  readonly implied: string[];
  readonly specialFiles: Map<string, SpecialFile>;
  /** Of files: of directories no attribute that is kept means anything. */
  readonly xattrs: Map<string, readonly [name: string, value: Uint8Array][]>;
}

type Attributes = Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'mtime'>;

const DIRECTORY_MODE = 0o755;
const SPECIAL_BITS = 0o7000;
/** Directories that something else takes the place of, in one layer. */
const MOST_REPLACED = 1000;

/**
 * Writes the entries of a layer below an empty folder that nobody else touches, as they come. No symbolic link is ever followed: a
 * directory counts as one only when it was made here. The calls are synchronous, which is several times as fast: run it in a worker.
 */
export class LayerWriter implements TarSink {
  readonly remaining: Remaining = { removed: new Set(), opaque: new Set(), implied: [], specialFiles: new Map(), xattrs: new Map() };
  readonly #root: string;
  readonly #meter: Meter;
  readonly #umask = process.umask();
  /** Those that are real, with what they get at the end: what is put into them changes their times. */
  readonly #directories = new Map<string, Attributes | undefined>([['', undefined]]);
  readonly #implied = new Set<string>();
  #replaced = 0;
  #file: { readonly descriptor: number; readonly entry: TarEntry; readonly path: string; written: number } | undefined;

  constructor(root: string, meter: Meter) {
    this.#root = root;
    this.#meter = meter;
  }

  begin(entry: TarEntry): void {
    this.#meter.entry(entry.size);
    const path = pathInside(entry.name);
    const whiteout = readWhiteout(path);
    if (whiteout?.kind === 'removed') return this.#removed(whiteout.path, entry.mtime);
    if (whiteout?.kind === 'opaque') return this.#opaque(whiteout.path);
    if (whiteout?.kind === 'ignored') return;
    if (path === '' && entry.type !== 'directory') throw refused(`the root of the layer is a ${entry.type}`);
    this.#makeParents(path, entry.mtime);
    this.#write(path, entry);
  }

  data(bytes: Buffer, position: number): void {
    const file = this.#file;
    if (file === undefined) return;
    const inOrder = position === file.written;
    let written = 0;
    while (written < bytes.length) written += writeSync(file.descriptor, bytes, written, bytes.length - written, inOrder ? null : position + written);
    if (inOrder) file.written += bytes.length;
  }

  end(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    try {
      if (file.written !== file.entry.size) ftruncateSync(file.descriptor, file.entry.size);
      this.#own(file.descriptor, file.entry);
      futimesSync(file.descriptor, file.entry.mtime, file.entry.mtime);
    } finally {
      closeSync(file.descriptor);
    }
    this.#keepXattrs(file.path, file.entry);
  }

  /** All was written: directories get their owners, modes and times. */
  finish(): void {
    this.remaining.implied.push(...this.#implied);
    for (const [path, attributes] of this.#directories) {
      if (attributes === undefined) continue;
      const place = this.#at(path);
      chownSync(place, attributes.uid, attributes.gid);
      chmodSync(place, attributes.mode);
      utimesSync(place, attributes.mtime, attributes.mtime);
    }
  }

  /** Lets go of a file that is half written. */
  abandon(): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    this.#file = undefined;
  }

  #at(path: string): Buffer {
    return bytesOf(path === '' ? this.#root : `${this.#root}/${path}`);
  }

  #write(path: string, entry: TarEntry): void {
    const { type, mode, uid, gid, major, minor } = entry;
    if (type === 'directory') return this.#directory(path, entry);
    if (type === 'file') return this.#replacing(path, () => this.#begin(path, entry));
    if (type === 'symbolic-link') return this.#replacing(path, () => this.#link(path, entry));
    if (type === 'hard-link') return this.#replacing(path, () => this.#hardLink(path, entry));
    this.#clear(path);
    // Overlay's own mark of what is removed.
    if (type === 'character-device' && major === 0 && minor === 0) this.remaining.removed.add(path);
    else this.remaining.specialFiles.set(path, { type, mode, uid, gid, major, minor });
  }

  #directory(path: string, entry: TarEntry): void {
    if (!this.#directories.has(path)) this.#replacing(path, () => mkdirSync(this.#at(path), DIRECTORY_MODE));
    this.#directories.set(path, entry);
    this.#implied.delete(path);
  }

  #begin(path: string, entry: TarEntry): void {
    const descriptor = openSync(this.#at(path), 'wx', entry.mode & ~SPECIAL_BITS);
    this.#file = { descriptor, entry, path, written: 0 };
  }

  #own(descriptor: number, { uid, gid, mode }: TarEntry): void {
    if (uid !== 0 || gid !== 0) fchownSync(descriptor, uid, gid);
    if ((mode & (this.#umask | SPECIAL_BITS)) !== 0) fchmodSync(descriptor, mode);
  }

  #link(path: string, entry: TarEntry): void {
    checkLink(path, entry.linkName);
    const place = this.#at(path);
    symlinkSync(bytesOf(entry.linkName), place);
    if (entry.uid !== 0 || entry.gid !== 0) lchownSync(place, entry.uid, entry.gid);
    lutimesSync(place, entry.mtime, entry.mtime);
  }

  #hardLink(path: string, { linkName }: TarEntry): void {
    const target = pathInside(linkName.replace(/^\/+/, ''), 'hard link to');
    const isThere = target !== path && this.#directories.has(parentOf(target)) && !this.#directories.has(target) && this.#isThere(target);
    if (!isThere) throw refused(`the hard link "${path}" leads to "${linkName}", which is no file of its layer`);
    linkSync(this.#at(target), this.#at(path));
  }

  /** Directories above that the layer does not name are root's. */
  #makeParents(path: string, mtime: number): void {
    const parent = parentOf(path);
    if (path === '' || this.#directories.has(parent)) return;
    this.#makeParents(parent, mtime);
    if (this.#isThere(parent) || this.remaining.specialFiles.has(parent)) throw refused(`the entry "${path}" lies behind "${parent}", which is no directory`);
    mkdirSync(this.#at(parent), DIRECTORY_MODE);
    this.#implied.add(parent);
    this.#directories.set(parent, { mode: DIRECTORY_MODE, uid: 0, gid: 0, mtime });
  }

  #removed(path: string, mtime: number): void {
    this.#makeParents(path, mtime);
    this.remaining.removed.add(path);
  }

  #opaque(path: string): void {
    this.#makeParents(`${path}/-`, 0);
    this.remaining.opaque.add(path);
  }

  #isThere(path: string): boolean {
    return lstatSync(this.#at(path), { throwIfNoEntry: false }) !== undefined;
  }

  /** A later entry of the same name takes the place of an earlier one. */
  #replacing(path: string, make: () => void): void {
    if (this.remaining.specialFiles.size > 0) this.remaining.specialFiles.delete(path);
    try {
      make();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      this.#clear(path);
      make();
    }
  }

  /** Takes away what an earlier entry put there, with all below it. */
  #clear(path: string): void {
    if (path === '') throw refused('the layer names its root twice');
    rmSync(this.#at(path), { recursive: true, force: true });
    const { removed, opaque, specialFiles, xattrs } = this.remaining;
    const all = [this.#directories, this.#implied, removed, opaque, specialFiles, xattrs];
    const below = this.#directories.has(path) ? this.#below(path, all) : [];
    for (const kept of all) for (const known of [path, ...below]) kept.delete(known);
  }

  /** All that is known below a directory that goes. To look for it takes long where much is known, so that it is not done without end. */
  #below(path: string, all: readonly { keys(): Iterable<string> }[]): string[] {
    this.#replaced += 1;
    if (this.#replaced > MOST_REPLACED) throw refused(`the layer names more than ${MOST_REPLACED} directories twice, the second time as something else`);
    return all.flatMap((kept) => [...kept.keys()].filter((known) => known.startsWith(`${path}/`)));
  }

  #keepXattrs(path: string, entry: TarEntry): void {
    const kept = keptXattrs(entry.xattrs);
    if (kept.length > 0) this.remaining.xattrs.set(path, kept);
  }
}

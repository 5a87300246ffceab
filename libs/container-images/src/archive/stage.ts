import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { refused } from '../image-error.js';
import type { ImageLimits } from '../image-store.js';
import type { TarEntry, TarSink } from '../tar/entry.js';
import { TarReader } from '../tar/reader.js';
import { damageOf, decompressed } from '../unpack/decompress.js';
import { pathInside } from '../unpack/entry-path.js';

const MOST_ENTRIES = 10_000;
const MOST_LINKS = 8;

/** The files of an archive of images, each under a number in one folder: no name of the archive becomes one on disk. */
export class StagedArchive implements TarSink {
  readonly #folder: string;
  readonly #longest: number;
  /** Files by name, and links with where they lead. */
  readonly #files = new Map<string, string>();
  readonly #links = new Map<string, string>();
  #open: { readonly descriptor: number; readonly size: number } | undefined;
  #bytes = 0;
  #count = 0;

  constructor(folder: string, longest: number) {
    this.#folder = folder;
    this.#longest = longest;
  }

  begin(entry: TarEntry): void {
    const name = pathInside(entry.name);
    if (this.#count + this.#links.size >= MOST_ENTRIES) throw refused(`the archive has more than ${MOST_ENTRIES} entries`);
    if (entry.type === 'symbolic-link') this.#links.set(name, posix.normalize(posix.join(posix.dirname(name), entry.linkName)));
    if (entry.type === 'hard-link') this.#links.set(name, pathInside(entry.linkName));
    if (entry.type !== 'file') return;
    this.#bytes += entry.size;
    if (this.#bytes > this.#longest) throw refused(`the archive unpacks to more than ${this.#longest} bytes`);
    this.#count += 1;
    const path = join(this.#folder, String(this.#count));
    this.#files.set(name, path);
    this.#open = { descriptor: openSync(path, 'w', 0o600), size: entry.size };
  }

  data(bytes: Buffer, position: number): void {
    let written = 0;
    while (this.#open !== undefined && written < bytes.length) written += writeSync(this.#open.descriptor, bytes, written, bytes.length - written, position + written);
  }

  end(): void {
    if (this.#open === undefined) return;
    ftruncateSync(this.#open.descriptor, this.#open.size);
    this.close();
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.descriptor);
    this.#open = undefined;
  }

  /** The file of a name, through the archive's own links; undefined where there is none. */
  find(name: string): string | undefined {
    let path = posix.normalize(name);
    for (let links = 0; links < MOST_LINKS; links += 1) {
      const target = this.#links.get(path);
      if (target === undefined) return this.#files.get(path);
      path = target;
    }
    return undefined;
  }

  /** A document of the archive; `invalid` where it is missing or too long. */
  async read(name: string, longest: number): Promise<Buffer> {
    const file = this.find(name);
    if (file === undefined) throw refused(`the archive has no ${name}`);
    if ((await stat(file)).size > longest) throw refused(`${name} of the archive is longer than ${longest} bytes`);
    return readFile(file);
  }
}

/** Reads an archive, plain or compressed, into a folder that is made for it. */
export async function stageArchive(source: AsyncIterable<Uint8Array>, folder: string, limits: Pick<ImageLimits, 'layerBytes'>, signal?: AbortSignal): Promise<StagedArchive> {
  await mkdir(folder);
  const staged = new StagedArchive(folder, limits.layerBytes);
  const reader = new TarReader(staged);
  try {
    for await (const chunk of decompressed(source)) {
      signal?.throwIfAborted();
      reader.push(chunk);
    }
    reader.end();
    return staged;
  } catch (error) {
    throw damageOf(error, 'archive');
  } finally {
    staged.close();
  }
}

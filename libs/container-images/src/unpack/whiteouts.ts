import type { Stats } from 'node:fs';
import { link, lstat, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError } from '../image-error.js';
import { runProgram } from '../program.js';
import { ownedName } from '../store/owner.js';
import { bytesOf, parentOf } from './entry-path.js';
import { directoryBelow, namesBelow } from './lower-tree.js';

/**
 * Marks what a layer removes from those below: character devices 0/0, as overlay takes them. All are links to one, because Node can make links and
 * no devices. Directories of which nothing below is there have all names below marked: the extended attribute that overlay has for this could not be set
 * everywhere.
 */
export class Whiteouts {
  readonly #node: string;
  readonly #temporary: string;

  constructor(root: string, temporary: string) {
    this.#node = join(root, 'whiteout');
    this.#temporary = temporary;
  }

  /** `layers`: the folders below, the lowest first. */
  async apply(folder: string, removed: ReadonlySet<string>, opaque: ReadonlySet<string>, layers: readonly string[]): Promise<void> {
    if (layers.length === 0) return;
    for (const path of removed) await this.#remove(folder, path, layers);
    for (const path of opaque) await this.#empty(folder, path, layers);
  }

  async #remove(folder: string, path: string, layers: readonly string[]): Promise<void> {
    const around = await directoryBelow([folder], parentOf(path));
    // What is there instead of the directory hides all below, or leads elsewhere: nothing is marked through it.
    if (around === undefined) return;
    const here = await lstat(bytesOf(`${folder}/${path}`)).catch(() => undefined);
    if (here === undefined) await this.#put(folder, path, around);
    // What was removed below and made again is as it is here.
    else if (here.isDirectory()) await this.#empty(folder, path, layers);
  }

  async #empty(folder: string, path: string, layers: readonly string[]): Promise<void> {
    for (const name of await namesBelow(layers, path)) await this.#remove(folder, path === '' ? name : `${path}/${name}`, layers);
  }

  async #put(folder: string, path: string, around: Stats): Promise<void> {
    await this.#link(bytesOf(`${folder}/${path}`));
    await utimes(bytesOf(`${folder}/${parentOf(path)}`), around.atime, around.mtime);
  }

  async #link(place: Buffer): Promise<void> {
    try {
      await link(this.#node, place);
    } catch (error) {
      // None yet, or one that has as many links as its file system allows.
      if (!['ENOENT', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await this.#makeNode();
      await link(this.#node, place);
    }
  }

  async #makeNode(): Promise<void> {
    const draft = join(this.#temporary, ownedName());
    const made = await runProgram('mknod', [draft, 'c', '0', '0']);
    if (made.code !== 0) throw new ImageError('invalid', `a layer that removes files cannot be unpacked here: mknod ${made.code === undefined ? 'is not installed' : `failed: ${made.stderr}`}`);
    await rename(draft, this.#node);
  }
}

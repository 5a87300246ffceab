import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerDefaults, Platform } from '../image-config.js';
import { isMissing, readJson, writeWhole } from './files.js';
import type { StorePlaces } from './places.js';
import { imagePlace, referencePlace } from './places.js';

/** An image as its file holds it. The file's time is that of its last use. */
export interface ImageRecord {
  readonly id: string;
  readonly createdAt: string;
  readonly platform: Platform;
  readonly config: ContainerDefaults;
  readonly diffIds: readonly string[];
  /** Bytes of all unpacked layers. */
  readonly size: number;
  /** Milliseconds since the epoch: when it came here. */
  readonly addedAt: number;
}

/** A name that leads to an image. */
export interface ReferenceRecord {
  /** In full, with a tag or with a digest. */
  readonly name: string;
  readonly id: string;
}

/** Milliseconds after which a folder's time would tell of another change: clocks of file systems are coarse. */
const SETTLED = 100;

/** The files that say which images there are, each written whole. */
export class Records {
  readonly #places: StorePlaces;
  /** All references, as of a time of their folder. */
  #known: { readonly changedAt: bigint; readonly references: ReferenceRecord[] } | undefined;

  constructor(places: StorePlaces) {
    this.#places = places;
  }

  image(id: string): Promise<ImageRecord | undefined> {
    return readJson(imagePlace(this.#places, id)) as Promise<ImageRecord | undefined>;
  }

  reference(name: string): Promise<ReferenceRecord | undefined> {
    return readJson(referencePlace(this.#places, name)) as Promise<ReferenceRecord | undefined>;
  }

  images(): Promise<ImageRecord[]> {
    return this.#all<ImageRecord>(this.#places.images);
  }

  /** Every container that starts asks for them, and there may be hundreds: they are read again when one has come or gone, by whatever process. */
  async references(): Promise<readonly ReferenceRecord[]> {
    const { mtimeNs: changedAt, mtimeMs } = await stat(this.#places.references, { bigint: true });
    if (this.#known?.changedAt === changedAt) return this.#known.references;
    const isSettled = Date.now() - Number(mtimeMs) > SETTLED;
    const references = await this.#all<ReferenceRecord>(this.#places.references);
    this.#known = isSettled ? { changedAt, references } : undefined;
    return references;
  }

  async putImage(record: ImageRecord): Promise<void> {
    await writeWhole(imagePlace(this.#places, record.id), JSON.stringify(record), this.#places.temporary);
  }

  async putReference(record: ReferenceRecord): Promise<void> {
    await writeWhole(referencePlace(this.#places, record.name), JSON.stringify(record), this.#places.temporary);
  }

  async removeReference(name: string): Promise<void> {
    await rm(referencePlace(this.#places, name), { force: true });
  }

  async removeImage(id: string): Promise<void> {
    await rm(imagePlace(this.#places, id), { force: true });
  }

  /** The image is used now. Nothing happens where it is gone. */
  async touch(id: string): Promise<void> {
    const now = new Date();
    await utimes(imagePlace(this.#places, id), now, now).catch((error: unknown) => (isMissing(error) ? undefined : Promise.reject(error)));
  }

  async #all<T>(folder: string): Promise<T[]> {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
    const read = await Promise.all(names.map((name) => readJson(join(folder, name))));
    return read.filter((record) => record !== undefined) as T[];
  }
}

/** Names by tag and names by digest, of one image. */
export function namesOf(id: string, references: readonly ReferenceRecord[]): { repoTags: string[]; repoDigests: string[] } {
  const names = references.filter((reference) => reference.id === id).map(({ name }) => name).toSorted();
  return { repoTags: names.filter((name) => !name.includes('@')), repoDigests: names.filter((name) => name.includes('@')) };
}

import { chainIds } from '../digest.js';
import { ImageError, refused } from '../image-error.js';
import type { ImageHold, StoredImage } from '../image-store.js';
import { formatReference, parseReference } from '../reference.js';
import type { Holds } from './holds.js';
import type { Layers } from './layers.js';
import type { StorePlaces } from './places.js';
import type { ImageRecord, Records, ReferenceRecord } from './records.js';
import { namesOf } from './records.js';
import { currentNeeds, withStoreLock } from './sessions.js';

const ID = /^(?:sha256:)?([0-9a-f]{12,64})$/;

/** Which images there are, by what names, and who holds them. */
export class Catalog {
  readonly #places: StorePlaces;
  readonly #records: Records;
  readonly #holds: Holds;
  readonly #layers: Layers;

  constructor(places: StorePlaces, records: Records, holds: Holds, layers: Layers) {
    this.#places = places;
    this.#records = records;
    this.#holds = holds;
    this.#layers = layers;
  }

  async get(reference: string): Promise<StoredImage | undefined> {
    const id = await this.#idOf(reference);
    const record = id === undefined ? undefined : await this.#records.image(id);
    return record === undefined ? undefined : this.#stored(record, await this.#records.references());
  }

  /** An image that has just come. */
  async arrived(id: string): Promise<StoredImage> {
    const image = await this.get(id);
    if (image === undefined) throw new ImageError('pull-failed', `the image ${id} was removed as soon as it was there`);
    return image;
  }

  async list(): Promise<StoredImage[]> {
    const references = await this.#records.references();
    const images = await Promise.all((await this.#records.images()).map((record) => this.#stored(record, references)));
    return images.filter((image) => image !== undefined);
  }

  async tag(image: string, reference: string): Promise<void> {
    const found = await this.get(image);
    if (found === undefined) throw notFound(image);
    const parsed = parseReference(reference);
    if (parsed.digest !== undefined) throw refused(`an image cannot be tagged by a digest: ${reference}`);
    await this.#records.putReference({ name: formatReference(parsed), id: found.id });
  }

  /** By reference: that name, and the image with its last one. By id: all of it. Nothing where it is not there. */
  async remove(image: string): Promise<void> {
    const name = nameOfReference(image);
    const reference = name === undefined ? undefined : await this.#records.reference(name);
    if (reference === undefined) return this.#removeById(await this.#idOf(image));
    const { repoTags, repoDigests } = namesOf(reference.id, await this.#records.references());
    const isLast = reference.name.includes('@') ? repoTags.length + repoDigests.length === 1 : repoTags.length === 1;
    if (isLast) await this.#removeById(reference.id);
    else await this.#records.removeReference(reference.name);
  }

  /** For the garbage collection: false where something holds it, and where somebody is bringing it in. */
  removeUnused(id: string): Promise<boolean> {
    return withStoreLock(this.#places, async () => !(await currentNeeds(this.#places)).images.includes(id) && this.#removeUnlessHeld(id));
  }

  /** False where something holds it: also where that began meanwhile, then the image is put back. Under the store's lock: no sweep sees it half removed. */
  async #removeUnlessHeld(id: string): Promise<boolean> {
    const record = await this.#records.image(id);
    if (record === undefined) return true;
    if ((await this.#holds.of(id)).length > 0) return false;
    await this.#records.removeImage(id);
    if ((await this.#holds.of(id)).length > 0) {
      await this.#records.putImage(record);
      return false;
    }
    const names = (await this.#records.references()).filter((reference) => reference.id === id);
    for (const { name } of names) await this.#records.removeReference(name);
    return true;
  }

  async hold(hold: ImageHold): Promise<void> {
    await this.#holds.put(hold);
    // Held first, looked at then: whoever removes it looks at the holds again after.
    if ((await this.get(hold.imageId)) !== undefined) return this.#records.touch(hold.imageId);
    await this.#holds.remove(hold);
    throw notFound(hold.imageId);
  }

  async release(hold: ImageHold): Promise<void> {
    await this.#holds.remove(hold);
    // It was in use until now.
    await this.#records.touch(hold.imageId);
  }

  async #removeById(id: string | undefined): Promise<void> {
    if (id === undefined || (await withStoreLock(this.#places, () => this.#removeUnlessHeld(id)))) return;
    throw new ImageError('invalid', `the image ${id} is in use by ${(await this.#holds.of(id)).join(', ')}`);
  }

  async #idOf(reference: string): Promise<string | undefined> {
    const digits = ID.exec(reference)?.[1];
    if (digits?.length === 64) return `sha256:${digits}`;
    const name = nameOfReference(reference);
    const named = name === undefined ? undefined : await this.#records.reference(name);
    if (named !== undefined || digits === undefined) return named?.id;
    const matching = (await this.#records.images()).filter(({ id }) => id.startsWith(`sha256:${digits}`));
    if (matching.length > 1) throw refused(`${reference} is the beginning of the ids of ${matching.length} images`);
    return matching[0]?.id;
  }

  /** Undefined where a layer is missing: then the image is as good as not there. */
  async #stored(record: ImageRecord, references: readonly ReferenceRecord[]): Promise<StoredImage | undefined> {
    const chain = chainIds(record.diffIds);
    const layers = await Promise.all(chain.map((chainId) => this.#layers.find(chainId)));
    if (layers.includes(undefined)) return undefined;
    const { id, size, createdAt, config, platform } = record;
    return { id, ...namesOf(id, references), size, createdAt, config, platform, layers: chain.map((chainId) => this.#layers.folder(chainId)) };
  }
}

function nameOfReference(text: string): string | undefined {
  try {
    return formatReference(parseReference(text));
  } catch {
    return undefined;
  }
}

function notFound(image: string): ImageError {
  return new ImageError('image-not-found', `there is no image ${image}`);
}

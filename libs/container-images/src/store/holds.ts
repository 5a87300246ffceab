import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refused } from '../image-error.js';
import type { ImageHold } from '../image-store.js';
import { isMissing } from './files.js';
import type { StorePlaces } from './places.js';
import { holdsPlace } from './places.js';

const HOLDER = /^[\w][\w.-]{0,254}$/;

/** Empty files, one for each holder of an image: they are there or not, whoever dies when. */
export class Holds {
  readonly #places: StorePlaces;

  constructor(places: StorePlaces) {
    this.#places = places;
  }

  async put({ imageId, holder }: ImageHold): Promise<void> {
    if (!HOLDER.test(holder)) throw refused(`"${holder}" cannot be the name of who holds an image`);
    const folder = holdsPlace(this.#places, imageId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, holder), '');
  }

  async remove({ imageId, holder }: ImageHold): Promise<void> {
    if (HOLDER.test(holder)) await rm(join(holdsPlace(this.#places, imageId), holder), { force: true });
  }

  async of(imageId: string): Promise<string[]> {
    return readdir(holdsPlace(this.#places, imageId)).catch((error: unknown) => (isMissing(error) ? [] : Promise.reject(error)));
  }

  async all(): Promise<ImageHold[]> {
    const images = await readdir(this.#places.holds);
    const held = await Promise.all(images.map(async (hex) => (await this.of(`sha256:${hex}`)).map((holder) => ({ imageId: `sha256:${hex}`, holder }))));
    return held.flat();
  }
}

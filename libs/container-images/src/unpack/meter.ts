import { refused } from '../image-error.js';
import type { ImageLimits } from '../image-store.js';

/** Below this many bytes a layer may be as compressible as it likes. */
const SMALL = 100 * 2 ** 20;

export type LayerLimits = Pick<ImageLimits, 'layerBytes' | 'layerEntries' | 'ratio'>;

/** Counts what a layer unpacks to and refuses bombs, before the bytes are on disk. */
export class Meter {
  readonly #limits: LayerLimits;
  readonly #compressed: number;
  #unpacked = 0;
  #files = 0;
  #entries = 0;

  /** `compressed`: bytes that the layer came as. */
  constructor(limits: LayerLimits, compressed: number) {
    this.#limits = limits;
    this.#compressed = compressed;
  }

  /** Bytes of all files, holes included. */
  get fileBytes(): number {
    return this.#files;
  }

  /** More bytes have come out of the decompression. */
  unpacked(bytes: number): void {
    this.#unpacked += bytes;
    if (this.#unpacked > this.#limits.layerBytes) throw this.#tooLarge();
    const allowed = this.#compressed * this.#limits.ratio;
    if (this.#unpacked > SMALL && this.#unpacked > allowed) throw refused(`the layer unpacks to more than ${this.#limits.ratio} times its size: it is taken for a bomb`);
  }

  /** A file of this size begins. */
  entry(size: number): void {
    this.#files += size;
    if (this.#files > this.#limits.layerBytes) throw this.#tooLarge();
    this.#entries += 1;
    if (this.#entries > this.#limits.layerEntries) throw refused(`the layer has more than ${this.#limits.layerEntries} entries`);
  }

  #tooLarge(): Error {
    return refused(`the layer unpacks to more than ${this.#limits.layerBytes} bytes`);
  }
}

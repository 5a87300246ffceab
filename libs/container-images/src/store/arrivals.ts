import type { ImageConfiguration } from '../documents.js';
import type { LayerProgress, StoredImage } from '../image-store.js';
import type { AssemblyParts, LayerSource } from './assemble.js';
import { assemble } from './assemble.js';
import type { Catalog } from './catalog.js';
import type { Records } from './records.js';
import { beginSession } from './sessions.js';
import { sweepBlobs } from './sweep.js';

/** An image whose documents are known and whose layers are still to come. */
export interface Arrival {
  readonly id: string;
  readonly configuration: ImageConfiguration;
  readonly layers: readonly LayerSource[];
  /** Names that lead to it from then on, in full. */
  readonly names: readonly string[];
}

export interface ArrivalOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LayerProgress) => void;
}

/** Brings images in: the layers first, then the image, then its names. */
export class Arrivals {
  readonly #parts: AssemblyParts;
  readonly #records: Records;
  readonly #catalog: Catalog;
  readonly #now: () => number;
  readonly #settling = new Set<Promise<void>>();

  constructor(parts: AssemblyParts, records: Records, catalog: Catalog, now: () => number) {
    this.#parts = parts;
    this.#records = records;
    this.#catalog = catalog;
    this.#now = now;
  }

  async add(arrival: Arrival, options: ArrivalOptions): Promise<StoredImage> {
    const image = await this.#bring(arrival, options);
    this.#settle(arrival.layers);
    return image;
  }

  async #bring({ id, configuration, layers, names }: Arrival, options: ArrivalOptions): Promise<StoredImage> {
    const end = await beginSession(this.#parts.places, { images: [id], chainIds: layers.map(({ chainId }) => chainId), blobs: layers.map(({ digest }) => digest) });
    try {
      const made = await assemble(this.#parts, layers, options);
      const { created = '', os, architecture, variant, config, diffIds } = configuration;
      const size = made.reduce((sum, { bytes }) => sum + bytes, 0);
      await this.#records.putImage({ id, createdAt: created, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) }, config, diffIds, size, addedAt: this.#now() });
      for (const name of names) await this.#records.putReference({ name, id });
      return await this.#catalog.arrived(id);
    } finally {
      await end();
    }
  }

  /** What was brought in is on the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#settling);
  }

  /** The archives are kept until the layers are on the disk, which nobody waits for. */
  #settle(layers: readonly LayerSource[]): void {
    const work = async (): Promise<void> => {
      await this.#parts.layers.settle(layers.map(({ chainId }) => chainId));
      await sweepBlobs(this.#parts.places);
    };
    const settling = work().catch((error: unknown) => this.#parts.logger.warn({ error: String(error) }, 'the layers of an image could not be brought to the disk for good'));
    this.#settling.add(settling);
    void settling.finally(() => this.#settling.delete(settling));
  }
}

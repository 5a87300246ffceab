import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger, Semaphore } from '@gantry/async';
import { anySignal } from '@gantry/async';
import { hexOf } from '../digest.js';
import { ImageError, refused } from '../image-error.js';
import type { ImageLimits, LayerProgress } from '../image-store.js';
import { finishLayer } from '../unpack/finish-layer.js';
import { unpackInWorker } from '../unpack/unpack-in-worker.js';
import type { Whiteouts } from '../unpack/whiteouts.js';
import type { LayerRecord, Layers } from './layers.js';
import { withFileLock } from './lock.js';
import { ownedName } from './owner.js';
import type { StorePlaces } from './places.js';

/** One layer of an image that is coming, and how to get its archive. */
export interface LayerSource {
  readonly digest: string;
  readonly size: number;
  readonly diffId: string;
  readonly chainId: string;
  /** Resolves to the archive's file, whose digest was verified where it has one. */
  obtain(signal: AbortSignal, onBytes: (current: number) => void): Promise<string>;
}

export interface AssemblyParts {
  readonly places: StorePlaces;
  readonly layers: Layers;
  readonly whiteouts: Whiteouts;
  readonly limits: ImageLimits;
  readonly downloads: Semaphore;
  readonly unpacks: Semaphore;
  readonly logger: Logger;
}

interface AssemblyOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LayerProgress) => void;
}

/** Brings an image's layers, the lowest first, several at once; each is made by one process of the machine. Resolves to their records. */
export async function assemble(parts: AssemblyParts, sources: readonly LayerSource[], options: AssemblyOptions): Promise<LayerRecord[]> {
  const failed = new AbortController();
  const { signal, dispose } = anySignal([options.signal, failed.signal]);
  const coming: Promise<LayerRecord>[] = [];
  for (const [index, source] of sources.entries()) {
    const below = sources.slice(0, index).map(({ chainId }) => parts.layers.folder(chainId));
    coming.push(new LayerAssembly(parts, source, below, coming[index - 1], signal, options.onProgress).run());
  }
  // The first that fails is the reason; the others end on its account.
  for (const layer of coming) layer.catch((error: unknown) => failed.abort(error));
  try {
    const settled = await Promise.allSettled(coming);
    options.signal?.throwIfAborted();
    if (failed.signal.aborted) throw failed.signal.reason;
    return settled.map((layer) => (layer as PromiseFulfilledResult<LayerRecord>).value);
  } finally {
    dispose();
  }
}

class LayerAssembly {
  constructor(
    private readonly parts: AssemblyParts,
    private readonly source: LayerSource,
    private readonly below: readonly string[],
    private readonly layerBelow: Promise<unknown> | undefined,
    private readonly signal: AbortSignal,
    private readonly onProgress: AssemblyOptions['onProgress'],
  ) {}

  async run(): Promise<LayerRecord> {
    const known = await this.parts.layers.find(this.source.chainId);
    if (known !== undefined) return this.#is(known, 'exists');
    this.#tell('waiting', 0);
    const lock = join(this.parts.places.locks, hexOf(this.source.chainId));
    return withFileLock(lock, this.signal, async () => {
      const made = await this.parts.layers.find(this.source.chainId);
      return made === undefined ? this.#make() : this.#is(made, 'exists');
    });
  }

  async #make(): Promise<LayerRecord> {
    const blob = await this.parts.downloads.run(() => this.source.obtain(this.signal, (current) => this.#tell('downloading', current)), this.signal);
    const { place, folder } = await this.parts.layers.draft();
    try {
      const bytes = await this.#unpack(blob, folder);
      const { chainId, diffId } = this.source;
      await this.parts.layers.add(place, { chainId, diffId, bytes });
    } catch (error) {
      await rm(place, { recursive: true, force: true });
      if (error instanceof ImageError && error.code === 'invalid') await rm(blob, { force: true });
      throw error;
    }
    return this.#is((await this.parts.layers.find(this.source.chainId))!, 'done');
  }

  async #unpack(blob: string, folder: string): Promise<number> {
    const { limits, whiteouts, logger, places, unpacks } = this.parts;
    // Given back before the layer below is waited for, which may be in line behind.
    const unpacked = await unpacks.run(() => {
      this.#tell('unpacking', this.source.size);
      return unpackInWorker({ blob, folder, limits }, this.signal);
    }, this.signal);
    if (unpacked.diffId !== this.source.diffId) throw refused(`layer ${this.source.digest} unpacks to ${unpacked.diffId}, where the image's configuration says ${this.source.diffId}`);
    await this.layerBelow;
    await finishLayer({ folder, remaining: unpacked.remaining, below: this.below, whiteouts, temporary: join(places.temporary, ownedName()), logger });
    return unpacked.bytes;
  }

  #is(record: LayerRecord, state: 'exists' | 'done'): LayerRecord {
    this.#tell(state, this.source.size);
    return record;
  }

  #tell(state: LayerProgress['state'], current: number): void {
    this.onProgress?.({ digest: this.source.digest, state, current, total: this.source.size });
  }
}

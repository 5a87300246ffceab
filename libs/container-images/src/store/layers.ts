import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../program.js';
import { readJson, removeTree, syncFolder } from './files.js';
import { ownedName } from './owner.js';
import type { StorePlaces } from './places.js';
import { layerPlace } from './places.js';

/** What stands beside a layer's files. */
export interface LayerRecord {
  readonly chainId: string;
  readonly diffId: string;
  /** Bytes of its files. */
  readonly bytes: number;
  /** The run of the machine in which it was unpacked (`/proc/sys/kernel/random/boot_id`). */
  readonly boot: string;
}

const RECORD = 'layer.json';
/** Written once all files of the layer are on the disk. */
const DURABLE = 'durable';

/**
 * The unpacked layers: a folder for each chain id, which appears whole. To wait for the disk each time would cost more than the unpacking: a layer that
 * was not on the disk when the machine went down does not count, and comes anew.
 */
export class Layers {
  readonly #places: StorePlaces;
  readonly #known = new Map<string, LayerRecord>();
  #boot: string | undefined;

  constructor(places: StorePlaces) {
    this.#places = places;
  }

  /** Its files, whether or not they are there. */
  folder(chainId: string): string {
    return join(layerPlace(this.#places, chainId), 'fs');
  }

  /** Undefined where the layer is not there, or not for sure. */
  async find(chainId: string): Promise<LayerRecord | undefined> {
    const place = layerPlace(this.#places, chainId);
    const known = this.#known.get(chainId);
    if (known !== undefined) return (await exists(join(place, RECORD))) ? known : undefined;
    const record = (await readJson(join(place, RECORD))) as LayerRecord | undefined;
    if (record?.chainId !== chainId) return undefined;
    if (record.boot !== (await this.#bootId()) && !(await exists(join(place, DURABLE)))) return undefined;
    this.#known.set(chainId, record);
    return record;
  }

  /** Where a layer is unpacked, before it is `added`. */
  async draft(): Promise<{ readonly place: string; readonly folder: string }> {
    const place = join(this.#places.temporary, ownedName());
    const folder = join(place, 'fs');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
    return { place, folder };
  }

  /** Puts an unpacked layer in its place, where one that does not count may be. */
  async add(place: string, layer: Omit<LayerRecord, 'boot'>): Promise<void> {
    const target = layerPlace(this.#places, layer.chainId);
    await writeFile(join(place, RECORD), JSON.stringify({ ...layer, boot: await this.#bootId() }));
    await removeTree(target, this.#places.temporary);
    await rename(place, target);
    await syncFolder(this.#places.layers);
  }

  /** Waits until the layers are on the disk: once for all of them, as they are on one file system. */
  async settle(chainIds: readonly string[]): Promise<void> {
    const marks = chainIds.map((chainId) => join(layerPlace(this.#places, chainId), DURABLE));
    const areThere = await Promise.all(marks.map(exists));
    if (!areThere.includes(false)) return;
    const synced = await runProgram('sync', ['-f', this.#places.layers]);
    if (synced.code !== 0) return;
    for (const [index, mark] of marks.entries()) if (areThere[index] !== true) await writeFile(mark, '').catch(() => undefined);
  }

  async remove(chainId: string): Promise<void> {
    this.#known.delete(chainId);
    await removeTree(layerPlace(this.#places, chainId), this.#places.temporary);
  }

  async #bootId(): Promise<string> {
    this.#boot ??= (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return this.#boot;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

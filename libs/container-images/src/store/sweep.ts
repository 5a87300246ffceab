import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { chainIds } from '../digest.js';
import { readJson, removeTree } from './files.js';
import type { LayerRecord, Layers } from './layers.js';
import { ownerIsAlive } from './owner.js';
import type { StorePlaces } from './places.js';
import type { Records } from './records.js';
import { currentNeeds, withStoreLock } from './sessions.js';

/** Milliseconds for which a download that was cut off, and a lock that nobody has, are kept. */
const KEPT = 24 * 3600 * 1000;

/** Removes names and layers of no image, archives that were unpacked, and what dead processes left. Images that are coming keep theirs. Resolves to the bytes of the layers that went. */
export async function sweep(places: StorePlaces, records: Records, layers: Layers): Promise<number> {
  return withStoreLock(places, async () => {
    const needs = await currentNeeds(places);
    // Before the images: what has a name by now is among them.
    const references = await records.references();
    const images = await records.images();
    for (const { name, id } of references) if (!images.some((image) => image.id === id)) await records.removeReference(name);
    const needed = new Set([...images.flatMap(({ diffIds }) => chainIds(diffIds)), ...needs.chainIds]);
    const freed = await sweepLayers(places, layers, needed);
    await removeUnneeded(places, needs.blobs);
    await removeOld(places.ingest);
    await removeOld(places.locks);
    for (const name of await readdir(places.temporary)) if (!ownerIsAlive(name)) await rm(join(places.temporary, name), { recursive: true, force: true });
    return freed;
  });
}

async function sweepLayers(places: StorePlaces, layers: Layers, needed: ReadonlySet<string>): Promise<number> {
  let freed = 0;
  for (const name of await readdir(places.layers)) {
    const record = (await readJson(join(places.layers, name, 'layer.json'))) as LayerRecord | undefined;
    if (record !== undefined && needed.has(record.chainId)) continue;
    if (record === undefined) await removeTree(join(places.layers, name), places.temporary);
    else await layers.remove(record.chainId);
    freed += record?.bytes ?? 0;
  }
  return freed;
}

/** Takes archives away that are unpacked for good. */
export function sweepBlobs(places: StorePlaces): Promise<void> {
  return withStoreLock(places, async () => removeUnneeded(places, (await currentNeeds(places)).blobs));
}

async function removeUnneeded(places: StorePlaces, needed: readonly string[]): Promise<void> {
  for (const name of await readdir(places.blobs)) if (!needed.includes(`sha256:${name}`)) await rm(join(places.blobs, name), { force: true });
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > KEPT) await rm(join(folder, name), { force: true });
  }
}

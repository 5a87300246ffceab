import { stat, statfs } from 'node:fs/promises';
import type { GarbageOptions, GarbageReport, StoredImage } from '../image-store.js';
import type { Holds } from '../store/holds.js';
import type { StorePlaces } from '../store/places.js';
import { imagePlace } from '../store/places.js';
import type { ImageRecord, Records } from '../store/records.js';
import type { Disk, GarbageCandidate } from './plan.js';
import { GARBAGE_DEFAULTS, planGarbage, usedPercent } from './plan.js';

export interface CollectorParts {
  readonly places: StorePlaces;
  readonly records: Records;
  readonly holds: Holds;
  get(reference: string): Promise<StoredImage | undefined>;
  /** By id, with its names; false where something holds it by now or is bringing it in. */
  remove(id: string): Promise<boolean>;
  /** Takes away what no image needs; resolves to the bytes of layers that went. */
  sweep(): Promise<number>;
  now(): number;
}

/** Removes images that have expired, and unused ones while the disk is too full. */
export async function collectGarbage(parts: CollectorParts, options: GarbageOptions): Promise<GarbageReport> {
  const settings = { ...GARBAGE_DEFAULTS, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
  const before = await diskOf(parts.places.root);
  let freed = await parts.sweep();
  const candidates = await candidatesOf(parts, options.keep ?? []);
  const plan = planGarbage(candidates, await diskOf(parts.places.root), settings, parts.now());
  const removed: StoredImage[] = [];
  const remove = async (id: string): Promise<void> => {
    const image = await parts.get(id);
    const isAsBefore = (await usedAt(parts, id)) === candidates.find((candidate) => candidate.id === id)?.usedAt;
    // Somebody has used it since it was chosen, or brought it anew.
    if (!isAsBefore || !(await parts.remove(id))) return;
    // One of which a layer is lost is shown to nobody, and goes nonetheless.
    if (image !== undefined) removed.push(image);
    freed += await parts.sweep();
  };
  const fromHere = freed;
  for (const id of plan.expired) await remove(id);
  for (const id of plan.candidates) if (freed - fromHere < plan.toFree) await remove(id);
  const after = await diskOf(parts.places.root);
  return { removed, freed, usedBefore: usedPercent(before), usedAfter: usedPercent(after), wanted: plan.toFree, short: Math.max(0, plan.toFree - (freed - fromHere)) };
}

async function candidatesOf(parts: CollectorParts, keep: readonly string[]): Promise<GarbageCandidate[]> {
  const { records, holds, get } = parts;
  const kept = new Set((await Promise.all(keep.map((reference) => get(reference).catch(() => undefined)))).map((image) => image?.id));
  const candidate = async (record: ImageRecord): Promise<GarbageCandidate> => ({
    id: record.id, addedAt: record.addedAt, usedAt: (await usedAt(parts, record.id)) ?? record.addedAt,
    inUse: kept.has(record.id) || (await holds.of(record.id)).length > 0,
  });
  return Promise.all((await records.images()).map(candidate));
}

/** Undefined where the image is gone. */
async function usedAt({ places }: CollectorParts, id: string): Promise<number | undefined> {
  return (await stat(imagePlace(places, id)).catch(() => undefined))?.mtimeMs;
}

async function diskOf(path: string): Promise<Disk> {
  const { bsize, blocks, bavail } = await statfs(path);
  return { capacity: blocks * bsize, available: bavail * bsize };
}

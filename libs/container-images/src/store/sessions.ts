import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeWhole } from './files.js';
import { withFileLock } from './lock.js';
import { ownedName, ownerIsAlive } from './owner.js';
import type { StorePlaces } from './places.js';

/** What an image that is coming needs, itself included: no process takes it away until the image is there or its process has ended. */
export interface Needs {
  readonly images: readonly string[];
  readonly chainIds: readonly string[];
  readonly blobs: readonly string[];
}

/** The lock of what is removed and swept: short work only. */
export function withStoreLock<T>(places: StorePlaces, work: () => Promise<T>): Promise<T> {
  return withFileLock(join(places.locks, 'store'), undefined, work);
}

/** Says what is needed, before it is looked for; resolves to how to take it back. */
export async function beginSession(places: StorePlaces, needs: Needs): Promise<() => Promise<void>> {
  const file = join(places.sessions, ownedName());
  // Under the lock, so that no sweep has looked before and takes away after.
  await withStoreLock(places, () => writeWhole(file, JSON.stringify(needs), places.temporary));
  return () => rm(file, { force: true });
}

/** What the images need that are coming; those of dead processes are forgotten. Under the store's lock. */
export async function currentNeeds(places: StorePlaces): Promise<Needs> {
  const files = await readdir(places.sessions);
  const dead = files.filter((file) => !ownerIsAlive(file));
  for (const file of dead) await rm(join(places.sessions, file), { force: true });
  const needs = (await Promise.all(files.filter((file) => !dead.includes(file)).map((file) => readJson(join(places.sessions, file))))) as (Needs | undefined)[];
  return { images: needs.flatMap((need) => need?.images ?? []), chainIds: needs.flatMap((need) => need?.chainIds ?? []), blobs: needs.flatMap((need) => need?.blobs ?? []) };
}

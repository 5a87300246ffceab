import { newExpired, newTooLargeResourceVersion } from '@gantry/apimachinery';
import { StorageError } from '@gantry/storage';
import type { LogEntry } from '@gantry/storage';
import { CacheEvent } from '../watch-cache/cache-event.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import { opened, storageCall } from './current-state.js';
import type { RegistryEnvironment } from './environment.js';
import { parseRevision } from './list-options.js';
import { listPrefixOf } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

/** Where a watch begins. `state`: with the present objects as added ones, once the cache has `minimum`. `after`: with the first event after a revision. */
export type WatchStart =
  | { readonly from: 'state'; readonly minimum: number | 'newest' }
  | { readonly from: 'now' }
  | { readonly from: 'after'; readonly revision: number };

/** From resourceVersion and sendInitialEvents (undefined: not said). */
export function watchStart(resourceVersion: string, sendInitialEvents: boolean | undefined): WatchStart {
  const revision = resourceVersion === '' ? undefined : parseRevision(resourceVersion);
  if (sendInitialEvents === true) return { from: 'state', minimum: revision ?? 'newest' };
  if (revision !== undefined && revision > 0) return { from: 'after', revision };
  if (sendInitialEvents === false) return { from: 'now' };
  return { from: 'state', minimum: revision ?? 'newest' };
}

/** Waits until the cache has what a watch from the present state needs. */
export async function awaitState(env: RegistryEnvironment, minimum: number | 'newest'): Promise<void> {
  const revision = minimum === 'newest' ? await storageCall(() => env.watchCache.currentRevision()) : minimum;
  if (!(await env.watchCache.reached(revision))) throw newTooLargeResourceVersion(revision, env.watchCache.revision, 1);
}

/**
 * The events of a list's keys after a revision that have left the cache's ring, read from the log; afterwards the ring covers what follows
 * `revision` of the answer. Throws 410 `Expired` when the log no longer has them. `isSelective`: a selector will ask for the states before.
 */
export async function eventsBeforeRing(env: RegistryEnvironment, resource: ServedResource, namespace: string, after: number, isSelective: boolean): Promise<{ events: CacheEvent[]; revision: number }> {
  const prefix = listPrefixOf(resource, namespace);
  const events: CacheEvent[] = [];
  let revision = after;
  while (!resource.cache.ring.covers(revision)) {
    const entries = await readLog(env, revision);
    if (entries.length === 0) break;
    for (const entry of entries) if (entry.key.startsWith(prefix)) events.push(await eventOf(env, resource, entry, isSelective));
    revision = entries.at(-1)!.revision;
  }
  return { events, revision };
}

async function readLog(env: RegistryEnvironment, after: number): Promise<readonly LogEntry[]> {
  return (await past(env, after, () => env.storage.history(after))).entries;
}

/** A read of what was after `revision`, in the words of a watch where it is gone or yet to come. */
async function past<T>(env: RegistryEnvironment, revision: number, read: () => Promise<T>): Promise<T> {
  try {
    return await storageCall(read);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'future') throw newTooLargeResourceVersion(revision, env.watchCache.revision, 1);
    throw newExpired(`too old resource version: ${String(revision)} (${String(env.watchCache.revision)})`);
  }
}

/** The state before the event is read too where a selector decides by both. */
async function eventOf(env: RegistryEnvironment, resource: ServedResource, entry: LogEntry, isSelective: boolean): Promise<CacheEvent> {
  return new CacheEvent(entry.type, opened(env, resource, entry), isSelective ? await previousState(env, resource, entry) : undefined);
}

/** Read just before the event: the revision that wrote the state may be below those that are kept, while the state itself is kept. */
async function previousState(env: RegistryEnvironment, resource: ServedResource, entry: LogEntry): Promise<CachedObject | undefined> {
  if (entry.previousObject === 0 || entry.type === 'ADDED') return undefined;
  if (entry.type === 'DELETED') return opened(env, resource, { ...entry, revision: entry.previousObject });
  const revision = entry.revision - 1;
  const { value } = await past(env, revision, () => env.storage.get(entry.key, { revision }));
  return value && opened(env, resource, value);
}

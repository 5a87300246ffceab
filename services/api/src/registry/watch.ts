import { failure, newExpired, newTooLargeResourceVersion } from '@gantry/apimachinery';
import type { StatusError } from '@gantry/apimachinery';
import { StorageError } from '@gantry/storage';
import type { LogEntry } from '@gantry/storage';
import { CacheEvent } from '../watch-cache/cache-event.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import { opened, storageCall } from './current-state.js';
import type { RegistryEnvironment } from './environment.js';
import { parseRevision } from './list-options.js';
import type { ServedResource } from './served-resource.js';

/**
 * Where a watch begins. `state`: with the present objects as added ones, once the cache has `minimum`. `after`: with the first event after a revision.
 * `now`: the revision that is the newest when the request arrives.
 */
export type WatchStart =
  | { readonly from: 'state'; readonly minimum: number | 'now' }
  | { readonly from: 'after'; readonly revision: number | 'now' };

/** From resourceVersion and sendInitialEvents (undefined: not said), as KEP-3157 has it: without either, or at 0, initial events are the default. */
export function watchStart(resourceVersion: string, sendInitialEvents: boolean | undefined): WatchStart {
  const revision = resourceVersion === '' ? 'now' : parseRevision(resourceVersion);
  const isAfter = sendInitialEvents === false || (sendInitialEvents === undefined && revision !== 'now' && revision > 0);
  return isAfter ? { from: 'after', revision } : { from: 'state', minimum: revision };
}

/** Waits until the cache has what the watch begins with; answers the revision after which it goes on, undefined for the present state. */
export async function awaitStart({ watchCache }: RegistryEnvironment, start: WatchStart): Promise<number | undefined> {
  const wanted = start.from === 'state' ? start.minimum : start.revision;
  const revision = wanted === 'now' ? await storageCall(() => watchCache.currentRevision()) : wanted;
  const isReached = await watchCache.reached(revision);
  if (!watchCache.isTrusted) throw failure(429, 'TooManyRequests', 'storage is (re)initializing', { retryAfterSeconds: 1 });
  if (!isReached) throw newTooLargeResourceVersion(revision, watchCache.revision, 1);
  if (start.from === 'state') return undefined;
  return revision === 0 ? watchCache.revision : revision;
}

/** Events in the order of their revisions. `revision`: all up to it have been looked at. */
interface EventPage {
  readonly events: readonly CacheEvent[];
  readonly revision: number;
}

/**
 * The events of a prefix's keys after a revision that have left the cache's ring: one page of the log. Throws 410 `Expired` when the log no
 * longer has them. `isSelective`: a selector will ask for the states before.
 */
export async function eventsOfLog(env: RegistryEnvironment, resource: ServedResource, prefix: string, after: number, isSelective: boolean): Promise<EventPage> {
  const { entries } = await past(env, after, () => env.storage.history(after));
  const events: CacheEvent[] = [];
  for (const entry of entries) if (entry.key.startsWith(prefix)) events.push(await eventOf(env, resource, entry, isSelective));
  return { events, revision: entries.at(-1)?.revision ?? after };
}

/** 410: the history after `revision` is not whole any more. */
export function tooOld(env: RegistryEnvironment, revision: number): StatusError {
  return newExpired(`too old resource version: ${String(revision)} (${String(env.watchCache.revision)})`);
}

/** A read of what was after `revision`, in the words of a watch where it is gone or yet to come. */
async function past<T>(env: RegistryEnvironment, revision: number, read: () => Promise<T>): Promise<T> {
  try {
    return await storageCall(read);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'future') throw newTooLargeResourceVersion(revision, env.watchCache.revision, 1);
    throw tooOld(env, revision);
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

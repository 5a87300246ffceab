import { failure, newExpired, newTooLargeResourceVersion } from '@gantry/apimachinery';
import { StorageError } from '@gantry/storage';
import type { ListPage } from '@gantry/storage';
import type { ListMetadata } from '../representation/representation.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import { encodeContinue } from './continue-token.js';
import { opened, storageCall } from './current-state.js';
import type { RegistryEnvironment } from './environment.js';
import { listSource } from './list-options.js';
import type { ListParameters, ListSource } from './list-options.js';
import type { ObjectFilter } from './object-filter.js';
import { eachInSlices } from '../slices.js';
import { listPrefixOf } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

export interface ListRequest {
  readonly resource: ServedResource;
  /** '' for all namespaces. */
  readonly namespace: string;
  readonly parameters: ListParameters;
  readonly filter: ObjectFilter;
  readonly signal?: AbortSignal;
}

export interface ListResult {
  readonly objects: readonly CachedObject[];
  readonly metadata: ListMetadata;
}

/** Objects read at a time for a list without limit, and behind a selector, which may leave little; bounded so that memory is. */
const PAGE = 500;
const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** An exact snapshot at the revision that its metadata names. */
export async function listObjects(env: RegistryEnvironment, request: ListRequest): Promise<ListResult> {
  const source = listSource(request.parameters);
  if (source.state === 'newest') return newestState(env, request, source);
  const { revision } = source;
  return env.watchCache.shows(request.resource.cache, revision) ? fromCache(request, source, revision) : fromStorage(env, request, source, revision);
}

type NewestSource = Extract<ListSource, { state: 'newest' }>;

/** From the cache once it has what is asked for; where it does not come that far in time, a consistent read is one of the storage. */
async function newestState(env: RegistryEnvironment, request: ListRequest, source: NewestSource): Promise<ListResult> {
  const { watchCache } = env;
  const minimum = source.minimum === 'now' ? await storageCall(() => watchCache.currentRevision()) : source.minimum;
  if (await watchCache.reached(minimum)) return fromCache(request, source, watchCache.revision);
  if (source.minimum !== 'now' && watchCache.isTrusted) throw newTooLargeResourceVersion(minimum, watchCache.revision, 1);
  return fromStorage(env, request, source, undefined);
}

/** Where on the key order a list begins and how much of it is asked for. */
type Extent = Pick<ListSource, 'after' | 'limit'>;

/** The candidates are taken in one turn of the loop, so that no event falls between two objects; looking at what cannot change takes its time. */
async function fromCache({ resource, namespace, filter }: ListRequest, { after, limit }: Extent, revision: number): Promise<ListResult> {
  const prefix = listPrefixOf(resource, namespace);
  const candidates: CachedObject[] = [];
  scanCandidates(resource, namespace, filter, (object) => candidates.push(object) > 0, after === undefined ? undefined : prefix + after);
  const { matches } = filter;
  if (matches === undefined) {
    const objects = limit === 0 || candidates.length <= limit ? candidates : candidates.slice(0, limit);
    return page(revision, prefix, objects, candidates.length - objects.length, filter);
  }
  const objects: CachedObject[] = [];
  let remaining = 0;
  await eachInSlices(candidates.length, (index) => {
    const object = candidates[index]!;
    if (!matches(object)) return true;
    if (limit === 0 || objects.length < limit) objects.push(object);
    else remaining++;
    return remaining === 0;
  });
  return page(revision, prefix, objects, remaining, filter);
}

/** Every object that a list or watch may show: the one whose name the selector says, else all of the namespace or of the resource. `after`: a key. */
export function scanCandidates(resource: ServedResource, namespace: string, { name }: ObjectFilter, visit: (object: CachedObject) => boolean, after?: string): void {
  if (name === undefined || name === '' || (namespace === '' && resource.kind.namespaced)) return resource.cache.scan(listPrefixOf(resource, namespace), visit, after);
  const object = resource.cache.get(`${resource.cache.prefix}${namespace || '_'}/${name}`);
  if (object !== undefined && (after === undefined || object.key > after)) visit(object);
}

/** `revision` undefined: the newest. */
async function fromStorage(env: RegistryEnvironment, request: ListRequest, source: ListSource, revision: number | undefined): Promise<ListResult> {
  const { resource, namespace, filter } = request;
  const { limit } = source;
  const prefix = listPrefixOf(resource, namespace);
  const objects: CachedObject[] = [];
  let at = revision;
  let after = source.after === undefined ? undefined : prefix + source.after;
  for (;;) {
    const size = limit === 0 || filter.matches !== undefined ? PAGE : Math.min(PAGE, limit - objects.length);
    const read = await readPage(env, request, prefix, { revision: at, after, limit: size, isContinued: source.after !== undefined });
    at ??= atLeast(source, read.revision);
    const last = await takePage(env, request, limit, read, objects);
    if (last < read.items.length) return page(at, prefix, objects, read.items.length - 1 - last + read.remaining, filter);
    if (!read.more) return page(at, prefix, objects, 0, filter);
    after = read.items.at(-1)!.key;
  }
}

/** Puts what matches into `objects`; answers the index of the object that filled the limit, or the page's length. */
async function takePage(env: RegistryEnvironment, { resource, filter }: ListRequest, limit: number, { items }: ListPage, objects: CachedObject[]): Promise<number> {
  let last = items.length;
  await eachInSlices(items.length, (index) => {
    const object = opened(env, resource, items[index]!);
    if (filter.matches !== undefined && !filter.matches(object)) return true;
    if (objects.push(object) === limit) last = index;
    return last === items.length;
  });
  return last;
}

/** The storage's newest revision, unless more was asked for. */
function atLeast(source: ListSource, revision: number): number {
  if (source.state === 'newest' && source.minimum !== 'now' && revision < source.minimum) throw newTooLargeResourceVersion(source.minimum, revision, 1);
  return revision;
}

interface PageWanted {
  readonly revision: number | undefined;
  readonly after: string | undefined;
  readonly limit: number;
  /** The client came with a token: one that goes on at the newest revision is of use to it. */
  readonly isContinued: boolean;
}

async function readPage(env: RegistryEnvironment, { signal }: ListRequest, prefix: string, { revision, after, limit, isContinued }: PageWanted): Promise<ListPage> {
  try {
    return await storageCall(() => env.storage.list(prefix, { limit, ...(revision !== undefined && { revision }), ...(after !== undefined && { after }), ...(signal && { signal }) }));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'future') throw newTooLargeResourceVersion(revision ?? 0, env.watchCache.revision, 1);
    if (!isContinued || after === undefined) throw newExpired('The resourceVersion for the provided list is too old.');
    throw continueExpired(prefix, after);
  }
}

/** 410 with a token that goes on at the newest revision, for clients that would rather see an inconsistent list than begin again. */
function continueExpired(prefix: string, after: string): Error {
  const error = failure(410, 'Expired', CONTINUE_EXPIRED);
  error.status.metadata.continue = encodeContinue({ revision: -1, after: after.slice(prefix.length) });
  return error;
}

function page(revision: number, prefix: string, objects: readonly CachedObject[], remaining: number, filter: ObjectFilter): ListResult {
  const metadata: ListMetadata = { resourceVersion: String(revision) };
  const last = objects.at(-1);
  if (remaining > 0 && last !== undefined) {
    metadata.continue = encodeContinue({ revision, after: last.key.slice(prefix.length) });
    if (filter.matches === undefined) metadata.remainingItemCount = remaining;
  }
  return { objects, metadata };
}

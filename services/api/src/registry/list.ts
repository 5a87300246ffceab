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
  if (source.from === 'storage') return fromStorage(env, request, source);
  const minimum = source.minimum === 'newest' ? await storageCall(() => env.watchCache.currentRevision()) : source.minimum;
  if (await env.watchCache.reached(minimum)) return fromCache(env, request, source.limit);
  if (source.minimum !== 'newest') throw newTooLargeResourceVersion(minimum, env.watchCache.revision, 1);
  return fromStorage(env, request, { from: 'storage', revision: undefined, after: undefined, limit: source.limit });
}

/** The candidates are taken in one turn of the loop, so that no event falls between two objects; looking at what cannot change takes its time. */
async function fromCache(env: RegistryEnvironment, { resource, namespace, filter }: ListRequest, limit: number): Promise<ListResult> {
  const prefix = listPrefixOf(resource, namespace);
  const { revision } = env.watchCache;
  const candidates: CachedObject[] = [];
  scanCandidates(resource, namespace, filter, (object) => candidates.push(object) > 0);
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

/** Every object that a list or watch may show: the one whose name the selector says, else all of the namespace or of the resource. */
export function scanCandidates(resource: ServedResource, namespace: string, { name }: ObjectFilter, visit: (object: CachedObject) => boolean): void {
  if (name === undefined || name === '' || (namespace === '' && resource.kind.namespaced)) return resource.cache.scan(listPrefixOf(resource, namespace), visit);
  const object = resource.cache.get(`${resource.cache.prefix}${namespace || '_'}/${name}`);
  if (object !== undefined) visit(object);
}

async function fromStorage(env: RegistryEnvironment, request: ListRequest, source: Extract<ListSource, { from: 'storage' }>): Promise<ListResult> {
  const { resource, namespace, filter } = request;
  const prefix = listPrefixOf(resource, namespace);
  const objects: CachedObject[] = [];
  const { limit } = source;
  let { revision } = source;
  let after = source.after === undefined ? undefined : prefix + source.after;
  for (;;) {
    const read = await readPage(env, request, prefix, { revision, after, limit: limit === 0 || filter.matches !== undefined ? PAGE : limit });
    revision ??= read.revision;
    for (const [index, value] of read.items.entries()) {
      const object = opened(env, resource, value);
      if (filter.matches !== undefined && !filter.matches(object)) continue;
      if (objects.push(object) === limit) return page(revision, prefix, objects, read.items.length - 1 - index + read.remaining, filter);
    }
    if (!read.more) return page(revision, prefix, objects, 0, filter);
    after = read.items.at(-1)!.key;
  }
}

interface PageWanted {
  readonly revision: number | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

async function readPage(env: RegistryEnvironment, { signal }: ListRequest, prefix: string, { revision, after, limit }: PageWanted): Promise<ListPage> {
  try {
    return await storageCall(() => env.storage.list(prefix, { limit, ...(revision !== undefined && { revision }), ...(after !== undefined && { after }), ...(signal && { signal }) }));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'future') throw newTooLargeResourceVersion(revision ?? 0, env.watchCache.revision, 1);
    if (after === undefined) throw newExpired('The resourceVersion for the provided list is too old.');
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

import type { CachedObject } from '../watch-cache/cached-object.js';
import { freshState } from './current-state.js';
import type { RegistryEnvironment } from './environment.js';
import { storageKeyOf } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

/** Reads objects of one resource for the server itself: nobody's permissions are asked. */
export interface ObjectReader {
  /** What is at hand: it may be behind. */
  readonly cached: (namespace: string, name: string) => CachedObject | undefined;
  /** The newest, from the storage. */
  readonly fresh: (namespace: string, name: string) => Promise<CachedObject | undefined>;
}

/** The resource of that name. Throws when it is not served. */
export function resourceNamed(resources: readonly ServedResource[], group: string, plural: string): ServedResource {
  const found = resources.find(({ kind }) => kind.group === group && kind.resource === plural);
  if (found === undefined) throw new Error(`the registry of kinds has no ${plural}`);
  return found;
}

/** `env` is asked when something is read: readers are made before there is one. */
export function objectReader(env: () => RegistryEnvironment, resource: ServedResource): ObjectReader {
  return {
    cached: (namespace, name) => resource.cache.get(storageKeyOf(resource, namespace, name)),
    fresh: async (namespace, name) => (await freshState(env(), resource, storageKeyOf(resource, namespace, name)))?.object,
  };
}

import { apiVersionOf, newBadRequest } from '@gantry/apimachinery';
import type { GroupResource } from '@gantry/apimachinery';
import type { KindDescriptor, ResourceObject } from '@gantry/resources';
import { keyOf, prefixOf } from '@gantry/storage';
import type { ResourceCache } from '../watch-cache/resource-cache.js';

/** A slash would make a prefix of something else; the others are in no key. */
const NO_NAMESPACE = /[/\u0000-\u001f\u007f]/;

/** One resource as it is served under one group and version, bound to the cache of its stored form. */
export interface ServedResource {
  readonly kind: KindDescriptor;
  readonly groupResource: GroupResource;
  /** `apps/v1`, or `v1` in the core group. */
  readonly apiVersion: string;
  readonly cache: ResourceCache;
  /** True where the stored objects belong to another group or version: answers are converted. */
  readonly isConverted: boolean;
  /** What was told to watches, counted for who measures. */
  readonly sent: { events: number };
}

export function servedResource(kind: KindDescriptor, cache: ResourceCache): ServedResource {
  return {
    kind,
    groupResource: { group: kind.group, resource: kind.resource },
    apiVersion: apiVersionOf(kind),
    cache,
    isConverted: kind.storedAs !== undefined,
    sent: { events: 0 },
  };
}

/** Where the objects of a kind are stored: its own place, or that of the kind that it is stored as. */
export function storagePrefixOf(kind: KindDescriptor): string {
  const { group, resource } = kind.storedAs ?? kind;
  return prefixOf({ group, resource });
}

/** Throws a `StatusError` (400) for a namespace or name that cannot be part of a key. */
export function storageKeyOf(resource: ServedResource, namespace: string, name: string): string {
  const { group, resource: plural } = resource.kind.storedAs ?? resource.kind;
  try {
    return keyOf(resource.kind.namespaced ? { group, resource: plural, namespace, name } : { group, resource: plural, name });
  } catch (error) {
    if (error instanceof RangeError) throw newBadRequest(error.message);
    throw error;
  }
}

/** The keys of a list: all of the resource, or those of one namespace. Throws a `StatusError` (400) for a namespace that cannot be part of a key. */
export function listPrefixOf(resource: ServedResource, namespace: string): string {
  if (namespace === '') return resource.cache.prefix;
  if (NO_NAMESPACE.test(namespace) || !namespace.isWellFormed()) throw newBadRequest(`${JSON.stringify(namespace)} cannot be a namespace`);
  return `${resource.cache.prefix}${namespace}/`;
}

/** The object as this group and version shows it; what is not converted is shared, not copied. */
export function fromStored(resource: ServedResource, stored: ResourceObject): ResourceObject {
  return resource.kind.storedAs?.fromStored(stored) ?? stored;
}

import type { coreV1 } from '@gantry/api-types';
import type { RegistryEnvironment } from '../../registry/environment.js';
import { objectReader } from '../../registry/object-reader.js';
import { listPrefixOf } from '../../registry/served-resource.js';
import type { ServedResource } from '../../registry/served-resource.js';
import type { CachedObject } from '../../watch-cache/cached-object.js';
import type { LimitRangesReader } from './limit-ranger/limit-ranger.js';
import type { PriorityClassReader } from './priority/priority.js';

/** Limit ranges from the cache: most namespaces have none, and asking costs nothing where there are none at all. */
export function limitRangesReader(resource: ServedResource): LimitRangesReader {
  return (namespace) => all(resource, namespace).map(({ object }) => object as unknown as coreV1.LimitRange);
}

export function priorityClassReader(env: () => RegistryEnvironment, resource: ServedResource): PriorityClassReader {
  return { ...objectReader(env, resource), all: () => all(resource, '') };
}

function all(resource: ServedResource, namespace: string): CachedObject[] {
  const found: CachedObject[] = [];
  if (resource.cache.size > 0) resource.cache.scan(listPrefixOf(resource, namespace), (object) => void found.push(object));
  return found;
}

import { newTooLargeResourceVersion } from '@gantry/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object.js';
import { freshState, notFound, storageCall } from './current-state.js';
import type { RegistryEnvironment } from './environment.js';
import { parseRevision } from './list-options.js';
import { storageKeyOf } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

/**
 * One object. Without a resourceVersion the answer is at least as new as the request; with one, at least as new as that; `0` is whatever
 * the cache has.
 */
export async function getObject(env: RegistryEnvironment, resource: ServedResource, namespace: string, name: string, resourceVersion = ''): Promise<CachedObject> {
  const key = storageKeyOf(resource, namespace, name);
  const minimum = resourceVersion === '' ? await storageCall(() => env.watchCache.currentRevision()) : parseRevision(resourceVersion);
  if (env.watchCache.has(minimum) || (await env.watchCache.reached(minimum))) {
    const object = resource.cache.get(key);
    if (object === undefined) throw notFound(resource, name);
    return object;
  }
  if (resourceVersion !== '' && env.watchCache.isTrusted) throw newTooLargeResourceVersion(minimum, env.watchCache.revision, 1);
  const state = await freshState(env, resource, key);
  if (state === undefined) throw notFound(resource, name);
  return state.object;
}

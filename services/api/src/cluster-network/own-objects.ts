import { deepEqual, isAlreadyExists, rfc3339 } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import { ownTracking } from '../field-management/field-tracking.js';
import { ownIdentity as identity } from '../http/authz/identity.js';
import { createObject } from '../registry/create.js';
import { freshState } from '../registry/current-state.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { storageKeyOf } from '../registry/served-resource.js';
import type { ServedResource } from '../registry/served-resource.js';
import { updateObject } from '../registry/update.js';

const warn = (): void => undefined;

/** Everything of an object but what its kind says. */
export interface Wish {
  readonly metadata: ResourceObject['metadata'];
  readonly [field: string]: unknown;
}

/** Creates an object unless there is one of its name, whatever that says. Answers what was there before, undefined when the object is new. */
export async function ensureObject(env: RegistryEnvironment, resource: ServedResource, wish: Wish): Promise<ResourceObject | undefined> {
  const { namespace = '', name = '' } = wish.metadata;
  const key = storageKeyOf(resource, namespace, name);
  const known = resource.cache.get(key);
  if (known !== undefined) return known.object;
  const object = { ...structuredClone(wish), apiVersion: resource.apiVersion, kind: resource.kind.kind };
  try {
    const track = ownTracking(resource, rfc3339(env.now())).created;
    const { revision } = await createObject(env, { resource, namespace, object, identity, track, dryRun: false, warn });
    await env.watchCache.reached(revision);
    return undefined;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return (await freshState(env, resource, key))?.object.object;
  }
}

/** Changes an object that exists; `change` is given a copy. Nothing is written where that changes nothing. */
export async function changeObject(env: RegistryEnvironment, resource: ServedResource, { namespace = '', name = '' }: ResourceObject['metadata'], change: (object: ResourceObject) => void, strategy: Strategy = resource.kind.strategy): Promise<void> {
  const objectFor = (old: ResourceObject): ResourceObject => {
    const object = structuredClone(old);
    change(object);
    if (strategy.allowUnconditionalUpdate !== false) delete object.metadata.resourceVersion;
    return object;
  };
  const track = ownTracking(resource, rfc3339(env.now()), strategy).updated;
  await updateObject(env, { resource, namespace, name, subresource: '', strategy, objectFor, track, identity, dryRun: false, warn });
}

/** Makes an object say what it shall, whether it is there or not. Asks nobody where the cache shows that it does. */
export async function applyObject(env: RegistryEnvironment, resource: ServedResource, wish: Wish, change: (object: ResourceObject) => void): Promise<void> {
  const existing = await ensureObject(env, resource, wish);
  if (existing === undefined) return;
  const wanted = structuredClone(existing);
  change(wanted);
  if (!deepEqual(wanted, existing)) await changeObject(env, resource, wish.metadata, change);
}

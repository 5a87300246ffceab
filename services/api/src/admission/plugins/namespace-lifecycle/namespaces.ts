import { isAlreadyExists, rfc3339 } from '@gantry/apimachinery';
import { ownTracking } from '../../../field-management/field-tracking.js';
import { ownIdentity as identity } from '../../../http/authz/identity.js';
import { createObject } from '../../../registry/create.js';
import type { RegistryEnvironment } from '../../../registry/environment.js';
import { objectReader, resourceNamed } from '../../../registry/object-reader.js';
import { storageKeyOf } from '../../../registry/served-resource.js';
import type { ServedResource } from '../../../registry/served-resource.js';
import type { NamespaceReader } from './namespace-lifecycle.js';

/** The namespaces that every cluster has. */
const SYSTEM = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

function namespacesOf(resources: readonly ServedResource[]): ServedResource {
  return resourceNamed(resources, '', 'namespaces');
}

/** Reads namespaces from the cache, or, when the newest is wanted, from the storage. */
export function namespaceReader(env: () => RegistryEnvironment, resources: readonly ServedResource[]): NamespaceReader {
  const namespaces = objectReader(env, namespacesOf(resources));
  return (name, fresh) => (fresh ? namespaces.fresh('', name) : namespaces.cached('', name));
}

/** Makes the namespaces that are missing. Safe to run at every start and by several replicas at once. */
export async function ensureSystemNamespaces(env: RegistryEnvironment, resources: readonly ServedResource[]): Promise<void> {
  const resource = namespacesOf(resources);
  const missing = SYSTEM.filter((name) => resource.cache.get(storageKeyOf(resource, '', name)) === undefined);
  await Promise.all(missing.map(async (name) => {
    const object = { apiVersion: resource.apiVersion, kind: resource.kind.kind, metadata: { name } };
    const track = ownTracking(resource, rfc3339(env.now())).created;
    await createObject(env, { resource, namespace: '', object, track, identity, dryRun: false, warn: () => undefined }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  }));
}

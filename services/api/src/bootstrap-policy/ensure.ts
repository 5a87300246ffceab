import { isAlreadyExists, rfc3339 } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import { ownTracking } from '../field-management/field-tracking.js';
import { ownIdentity as identity } from '../http/authz/identity.js';
import { createObject } from '../registry/create.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { resourceNamed } from '../registry/object-reader.js';
import { storageKeyOf } from '../registry/served-resource.js';
import type { ServedResource } from '../registry/served-resource.js';
import { updateObject } from '../registry/update.js';
import { merged } from './merge.js';
import { bootstrapClusterRoleBindings, bootstrapClusterRoles } from './objects.js';

const GROUP = 'rbac.authorization.k8s.io';
const warn = (): void => undefined;

/** Makes the roles and bindings that every cluster has, and gives back to them what they lack. Safe at every start and by several replicas at once. */
export async function ensureBootstrapPolicy(env: RegistryEnvironment, resources: readonly ServedResource[]): Promise<void> {
  const roles = resourceNamed(resources, GROUP, 'clusterroles');
  const bindings = resourceNamed(resources, GROUP, 'clusterrolebindings');
  await Promise.all([...bootstrapClusterRoles().map((role) => ensure(env, roles, role)), ...bootstrapClusterRoleBindings().map((binding) => ensure(env, bindings, binding))]);
}

async function ensure(env: RegistryEnvironment, resource: ServedResource, expected: ResourceObject): Promise<void> {
  const name = expected.metadata.name!;
  const existing = resource.cache.get(storageKeyOf(resource, '', name));
  if (existing === undefined) return create(env, resource, expected);
  if (merged(existing.object, expected) === undefined) return;
  const objectFor = (old: ResourceObject): ResourceObject => structuredClone(merged(old, expected) ?? old);
  const track = ownTracking(resource, rfc3339(env.now())).updated;
  await updateObject(env, { resource, namespace: '', name, subresource: '', strategy: resource.kind.strategy, objectFor, track, identity, dryRun: false, warn });
}

async function create(env: RegistryEnvironment, resource: ServedResource, object: ResourceObject): Promise<void> {
  try {
    const track = ownTracking(resource, rfc3339(env.now())).created;
    await createObject(env, { resource, namespace: '', object, track, identity, dryRun: false, warn });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

import type { rbacV1 } from '@gantry/api-types';
import { newNotFound } from '@gantry/apimachinery';
import { resourceNamed } from '../../../registry/object-reader.js';
import { storageKeyOf } from '../../../registry/served-resource.js';
import type { ServedResource } from '../../../registry/served-resource.js';
import type { CachedObject } from '../../../watch-cache/cached-object.js';
import { ObjectIndex } from '../../../watch-cache/object-index.js';
import type { Identity } from '../identity.js';
import { rulesOfRole } from './grant.js';
import type { Grant, Grants, RoleRule } from './grant.js';
import { identityKeysOf, subjectKeysOf } from './subjects.js';

const GROUP = 'rbac.authorization.k8s.io';

interface Resolved {
  readonly generation: number;
  readonly byNamespace: Map<string, Grants>;
}

/** Who has which roles, from the watch cache. What an identity may do is put together once for each change of any role or binding, not for each request. */
export class RbacPolicy {
  readonly #clusterRoles: ServedResource;
  readonly #roles: ServedResource;
  readonly #clusterBindings: ObjectIndex;
  readonly #bindings: ObjectIndex;
  readonly #resolved = new WeakMap<Identity, Resolved>();
  #generation = 0;

  constructor(resources: readonly ServedResource[]) {
    const named = (plural: string): ServedResource => resourceNamed(resources, GROUP, plural);
    [this.#clusterRoles, this.#roles] = [named('clusterroles'), named('roles')];
    const [clusterBindings, bindings] = [named('clusterrolebindings'), named('rolebindings')];
    this.#clusterBindings = new ObjectIndex(clusterBindings.cache, subjectKeysOf);
    this.#bindings = new ObjectIndex(bindings.cache, subjectKeysOf);
    const onChange = (): void => void this.#generation++;
    for (const { cache } of [this.#clusterRoles, this.#roles, clusterBindings, bindings]) cache.watchers.add({ offer: onChange, progress: () => undefined, end: onChange });
  }

  /** What an identity may do in a namespace: the whole cluster's and the namespace's own. '' is the cluster alone. */
  grantsOf(identity: Identity, namespace: string): Grants {
    const byNamespace = this.#resolvedOf(identity);
    let grants = byNamespace.get(namespace);
    if (grants === undefined) byNamespace.set(namespace, (grants = this.#resolve(identity, namespace)));
    return grants;
  }

  /** The rules of the role that a binding gives; undefined: there is no such role. */
  rulesOf({ kind, name }: rbacV1.RoleRef, namespace: string): readonly RoleRule[] | undefined {
    const role = kind === 'ClusterRole' ? cached(this.#clusterRoles, '', name) : cached(this.#roles, namespace, name);
    return role === undefined ? undefined : rulesOfRole(role);
  }

  #resolvedOf(identity: Identity): Map<string, Grants> {
    const known = this.#resolved.get(identity);
    if (known?.generation === this.#generation) return known.byNamespace;
    const byNamespace = new Map<string, Grants>();
    this.#resolved.set(identity, { generation: this.#generation, byNamespace });
    return byNamespace;
  }

  #resolve(identity: Identity, namespace: string): Grants {
    const keys = identityKeysOf(identity);
    const bindings = new Set(keys.flatMap((key) => [...this.#clusterBindings.get(key)]));
    if (namespace !== '') for (const key of keys) for (const binding of this.#bindings.get(key)) if (binding.object.metadata.namespace === namespace) bindings.add(binding);
    const grants: Grant[] = [];
    const problems: string[] = [];
    for (const binding of bindings) {
      const { roleRef } = binding.object as unknown as rbacV1.RoleBinding;
      const rules = this.rulesOf(roleRef, namespace);
      if (rules === undefined) problems.push(missingRole(roleRef));
      else for (const rule of rules) grants.push({ ...rule, binding });
    }
    return { grants, problems };
  }
}

/** A name that cannot be part of a key is no role's. */
function cached(resource: ServedResource, namespace: string, name: string): CachedObject | undefined {
  try {
    return resource.cache.get(storageKeyOf(resource, namespace, name));
  } catch {
    return undefined;
  }
}

function missingRole({ kind, name }: rbacV1.RoleRef): string {
  return newNotFound({ group: GROUP, resource: kind.toLowerCase() }, name).message;
}

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
  readonly everywhere: Grants;
  readonly byNamespace: Map<string, Grants>;
}

/** Namespaces that are remembered for one identity: anybody may name as many as they like. */
const REMEMBERED = 256;

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
    this.#bindings = new ObjectIndex(bindings.cache, (binding) => subjectKeysOf(binding).map((key) => keyWithin(binding.metadata.namespace ?? '', key)));
    const onChange = (): void => void this.#generation++;
    for (const { cache } of [this.#clusterRoles, this.#roles, clusterBindings, bindings]) cache.watchers.add({ offer: onChange, progress: () => undefined, end: onChange });
  }

  /** What an identity may do in a namespace: the whole cluster's and the namespace's own. '' is the cluster alone. */
  grantsOf(identity: Identity, namespace: string): Grants {
    const { everywhere, byNamespace } = this.#resolvedOf(identity);
    if (namespace === '') return everywhere;
    let grants = byNamespace.get(namespace);
    if (grants !== undefined) return grants;
    grants = this.#grantsWithin(identity, namespace, everywhere);
    if (byNamespace.size >= REMEMBERED) byNamespace.delete(byNamespace.keys().next().value!);
    byNamespace.set(namespace, grants);
    return grants;
  }

  /** The rules of the role that a binding gives; undefined: there is no such role. */
  rulesOf({ kind, name }: rbacV1.RoleRef, namespace: string): readonly RoleRule[] | undefined {
    const role = kind === 'ClusterRole' ? cached(this.#clusterRoles, '', name) : cached(this.#roles, namespace, name);
    return role === undefined ? undefined : rulesOfRole(role);
  }

  #resolvedOf(identity: Identity): Resolved {
    let resolved = this.#resolved.get(identity);
    if (resolved?.generation === this.#generation) return resolved;
    const everywhere = this.#grantsBy(bindingsOf(this.#clusterBindings, identityKeysOf(identity)), '');
    resolved = { generation: this.#generation, everywhere, byNamespace: new Map() };
    this.#resolved.set(identity, resolved);
    return resolved;
  }

  /** Where a namespace gives nothing, what is answered is the cluster's own: most have nothing to say of most who ask. */
  #grantsWithin(identity: Identity, namespace: string, everywhere: Grants): Grants {
    const bindings = bindingsOf(this.#bindings, identityKeysOf(identity).map((key) => keyWithin(namespace, key)));
    if (bindings.size === 0) return everywhere;
    const within = this.#grantsBy(bindings, namespace);
    return { grants: [...everywhere.grants, ...within.grants], problems: [...everywhere.problems, ...within.problems] };
  }

  #grantsBy(bindings: ReadonlySet<CachedObject>, namespace: string): Grants {
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

/** One that has the identity by several of its texts counts once. */
function bindingsOf(index: ObjectIndex, keys: readonly string[]): ReadonlySet<CachedObject> {
  return new Set(keys.flatMap((key) => [...index.get(key)]));
}

function keyWithin(namespace: string, key: string): string {
  return `${namespace}/${key}`;
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

import { keyOf, prefixOf } from '@gantry/storage';
import { describe, expect, it } from 'vitest';
import type { ServedResource } from '../../../registry/served-resource.js';
import type { CachedObject } from '../../../watch-cache/cached-object.js';
import type { Watcher } from '../../../watch-cache/watcher-index.js';
import { authenticated } from '../identity.js';
import { RbacPolicy } from './rbac-policy.js';

const GROUP = 'rbac.authorization.k8s.io';
const alice = authenticated('alice', ['dev']);

/** What counts: how often the bindings of a namespace are looked at, by reads of one of them. */
function scene() {
  const looks = { count: 0 };
  const watchers: Watcher[] = [];
  const resource = (kind: string, objects: readonly object[]): ServedResource => {
    const plural = `${kind.toLowerCase()}s`;
    const prefix = prefixOf({ group: GROUP, resource: plural });
    const cached = (objects as { metadata: { name: string; namespace?: string } }[]).map((object) => ({ key: keyOf({ group: GROUP, resource: plural, ...object.metadata }), object }) as unknown as CachedObject);
    const cache = { prefix, watchers: { add: (watcher: Watcher) => void watchers.push(watcher) }, scan: (_prefix: string, visit: (object: CachedObject) => void) => cached.forEach(visit), get: (key: string) => cached.find((one) => one.key === key) };
    return { kind: { kind, group: GROUP, resource: plural, namespaced: !kind.startsWith('Cluster') }, cache } as unknown as ServedResource;
  };
  const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
  const role = { metadata: { name: 'r' }, rules: [rule] };
  const roleRef = {
    get kind() {
      looks.count++;
      return 'ClusterRole';
    },
    name: 'r',
  };
  const policy = new RbacPolicy([
    resource('ClusterRole', [role, { metadata: { name: 'everywhere' }, rules: [rule] }]),
    resource('Role', []),
    resource('ClusterRoleBinding', [{ metadata: { name: 'b' }, roleRef: { kind: 'ClusterRole', name: 'everywhere' }, subjects: [{ kind: 'Group', name: 'dev' }] }]),
    resource('RoleBinding', [{ metadata: { name: 'b', namespace: 'a' }, roleRef, subjects: [{ kind: 'User', name: 'alice' }, { kind: 'Group', name: 'dev' }] }]),
  ]);
  return { policy, looks, change: () => watchers.forEach((watcher) => watcher.end()) };
}

describe('what roles give', () => {
  it('is the cluster\'s and the namespace\'s, each binding once', () => {
    const { policy } = scene();
    const given = (namespace: string): (string | undefined)[] => policy.grantsOf(alice, namespace).grants.map(({ binding }) => binding.object.metadata.namespace);
    expect([given(''), given('a'), given('b')]).toEqual([[undefined], [undefined, 'a'], [undefined]]);
    expect(policy.grantsOf(authenticated('bob', []), 'a').grants).toEqual([]);
  });

  it('is put together once until a role or binding changes', () => {
    const { policy, looks, change } = scene();
    for (let ask = 0; ask < 3; ask++) policy.grantsOf(alice, 'a');
    expect(looks.count).toBe(1);
    change();
    policy.grantsOf(alice, 'a');
    expect(looks.count).toBe(2);
  });

  it('takes no memory of its own for namespaces that give nothing, and is forgotten behind many others', () => {
    const { policy, looks } = scene();
    policy.grantsOf(alice, 'a');
    for (let index = 0; index < 1000; index++) expect(policy.grantsOf(alice, `made-up-${String(index)}`)).toBe(policy.grantsOf(alice, ''));
    policy.grantsOf(alice, 'a');
    expect(looks.count).toBe(2);
  });
});

import { describe, expect, it } from 'vitest';
import type { KindDescriptor, ResourceObject } from '../descriptor.js';
import { texts } from '../fixtures.suite.js';
import { clusterRoleBinding } from './cluster-role-binding/kind.js';
import { clusterRole } from './cluster-role/kind.js';
import { roleBinding } from './role-binding/kind.js';
import { role } from './role/kind.js';

function make(kind: KindDescriptor, fields: Record<string, unknown>, name = 'x'): ResourceObject {
  const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: kind.kind, metadata: { name, uid: 'u', resourceVersion: '1', ...(kind.namespaced ? { namespace: 'ns' } : {}) }, ...structuredClone(fields) } as ResourceObject;
  kind.defaults(object);
  return object;
}
const problems = (kind: KindDescriptor, fields: Record<string, unknown>, name?: string): string[] => texts(kind.strategy.validate(make(kind, fields, name)));
const row = (kind: KindDescriptor, object: ResourceObject): unknown[] => kind.columns.map(({ cell }) => cell(object, 0));
const read = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const roleRef = { kind: 'ClusterRole', name: 'view' };

describe('a role', () => {
  it('is of resources, with names that other kinds may not have', () => {
    expect(problems(role, { rules: [read] }, 'system:x')).toEqual([]);
    expect(problems(role, {}, 'a/b')).toEqual(['metadata.name: Invalid value: "a/b": may not contain \'/\'']);
  });

  it.each([
    [{ apiGroups: [''], resources: ['pods'] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
    [{ verbs: ['get'], resources: ['pods'] }, 'rules[0].apiGroups: Required value: resource rules must supply at least one api group'],
    [{ verbs: ['get'], apiGroups: [''] }, 'rules[0].resources: Required value: resource rules must supply at least one resource'],
    [{ verbs: ['get'], nonResourceURLs: ['/x'] }, 'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  ])('is not %j', (rule, problem) => {
    expect(problems(role, { rules: [rule] })).toEqual([problem]);
  });
});

describe('a cluster role', () => {
  it('may be of paths, but of paths alone', () => {
    expect(problems(clusterRole, { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] })).toEqual([]);
    expect(problems(clusterRole, { rules: [{ ...read, nonResourceURLs: ['/x'] }] })).toEqual(['rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs']);
  });

  it('says of which others it is made, where it is', () => {
    expect(problems(clusterRole, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } })).toEqual([]);
    expect(problems(clusterRole, { aggregationRule: {} })).toEqual(['aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil']);
    expect(problems(clusterRole, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: '-' } }] } })).toEqual([expect.stringMatching(/^aggregationRule\.clusterRoleSelectors\[0\]\.matchLabels: Invalid value: "-"/)]);
  });
});

describe('a binding', () => {
  it('fills in the group of roles', () => {
    const binding = make(roleBinding, { roleRef, subjects: [{ kind: 'User', name: 'alice' }, { kind: 'ServiceAccount', name: 'app', namespace: 'ns' }] });
    expect(binding['roleRef']).toEqual({ ...roleRef, apiGroup: 'rbac.authorization.k8s.io' });
    expect(binding['subjects']).toEqual([{ kind: 'User', name: 'alice', apiGroup: 'rbac.authorization.k8s.io' }, { kind: 'ServiceAccount', name: 'app', namespace: 'ns' }]);
    expect(texts(roleBinding.strategy.validate(binding))).toEqual([]);
  });

  it.each([
    [{ roleRef: { kind: 'Role', name: 'x' } }, 'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
    [{ roleRef: { kind: 'ClusterRole', name: '' } }, 'roleRef.name: Required value'],
    [{ roleRef, subjects: [{ kind: 'Robot', name: 'x' }] }, 'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
    [{ roleRef, subjects: [{ kind: 'ServiceAccount', name: 'x' }] }, 'subjects[0].namespace: Required value'],
    [{ roleRef, subjects: [{ kind: 'User', name: 'x', apiGroup: 'y' }] }, 'subjects[0].apiGroup: Unsupported value: "y": supported values: "rbac.authorization.k8s.io"'],
  ])('of the cluster is not %j', (fields, problem) => {
    expect(problems(clusterRoleBinding, fields)).toEqual([problem]);
  });

  it('gives the same role for as long as it exists', () => {
    const old = make(roleBinding, { roleRef });
    expect(texts(roleBinding.strategy.validateUpdate(make(roleBinding, { roleRef: { kind: 'ClusterRole', name: 'admin' } }), old))).toEqual(['roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"admin"}: cannot change roleRef']);
    expect(texts(roleBinding.strategy.validateUpdate(make(roleBinding, { roleRef, subjects: [{ kind: 'Group', name: 'dev' }] }), old))).toEqual([]);
  });

  it('shows its role and who has it', () => {
    const subjects = [{ kind: 'User', name: 'alice' }, { kind: 'User', name: 'bob' }, { kind: 'Group', name: 'dev' }, { kind: 'ServiceAccount', name: 'app', namespace: 'ns' }];
    expect(row(roleBinding, make(roleBinding, { roleRef, subjects }))).toEqual(['x', 'ClusterRole/view', '<unknown>', 'alice, bob', 'dev', 'ns/app']);
  });
});

import { describe, expect, it } from 'vitest';
import type { ResourceObject } from '@gantry/resources';
import { merged } from './merge.js';
import { bootstrapClusterRoleBindings, bootstrapClusterRoles } from './objects.js';

const expected = bootstrapClusterRoles().find(({ metadata }) => metadata.name === 'system:basic-user')!;
const binding = bootstrapClusterRoleBindings().find(({ metadata }) => metadata.name === 'system:discovery')!;
const changed = (object: ResourceObject, changes: object): ResourceObject => ({ ...structuredClone(object), ...changes });

describe('a bootstrap object that is there', () => {
  it('stays when it has what it must have, and keeps what was added', () => {
    expect(merged(structuredClone(expected), expected)).toBeUndefined();
    expect(merged(changed(expected, { rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] }), expected)).toBeUndefined();
  });

  it('gets back the rules that it lacks', () => {
    const own = { verbs: ['get'], apiGroups: ['example.com'], resources: ['x'] };
    const { rules } = merged(changed(expected, { rules: [own, (expected['rules'] as object[])[0]] }), expected) as unknown as { rules: object[] };
    expect(rules).toEqual([own, (expected['rules'] as object[])[0], { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] }]);
  });

  it('gets back its subjects and labels', () => {
    const found = merged(changed(binding, { subjects: [{ kind: 'User', name: 'x' }], metadata: { name: 'system:discovery', uid: 'u' } }), binding)!;
    expect(found['subjects']).toEqual([{ kind: 'User', name: 'x' }, ...(binding['subjects'] as object[])]);
    expect(found.metadata).toMatchObject({ uid: 'u', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } });
  });

  it('is left alone where its owner says so', () => {
    const metadata = { ...expected.metadata, annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } };
    expect(merged(changed(expected, { metadata, rules: [] }), expected)).toBeUndefined();
  });

  it('has the rules of its parts where it is put together', () => {
    const view = bootstrapClusterRoles().find(({ metadata }) => metadata.name === 'view')!;
    expect(merged(changed(view, { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }), view)).toBeUndefined();
  });
});

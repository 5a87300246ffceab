import { describe, expect, it } from 'vitest';
import { dropUnknownFields, dropUnknownFieldsOf } from './drop-unknown-fields.js';

const pod = { group: '', version: 'v1', kind: 'Pod' };

describe('dropUnknownFields', () => {
  it('drops unknown fields in place and reports their paths', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', extra: 1, spec: { containers: [{ name: 'a' }, { name: 'b', foo: {}, env: [{ name: 'E', bar: 1 }] }] } };
    const dropped = dropUnknownFields(pod, object);
    expect(dropped.unknown).toEqual(['extra', 'spec.containers[1].foo', 'spec.containers[1].env[0].bar']);
    expect(dropped.unknown[0]).toBe('extra');
    expect(object).toEqual({ apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'a' }, { name: 'b', env: [{ name: 'E' }] }] } });
  });

  it('leaves maps, raw extensions and own __proto__ keys of maps alone', () => {
    const object = JSON.parse('{"metadata":{"annotations":{"__proto__":"x","any/key":"y"},"managedFields":[{"fieldsV1":{"f:spec":{}}}]}}');
    expect(dropUnknownFields(pod, object).unknown).toEqual([]);
    expect(Object.keys(object.metadata.annotations)).toEqual(['__proto__', 'any/key']);
    expect(object.metadata.managedFields).toEqual([{ fieldsV1: { 'f:spec': {} } }]);
  });

  it('drops an unknown __proto__ field', () => {
    const object = JSON.parse('{"__proto__":{"x":1}}');
    expect(dropUnknownFields(pod, object).unknown).toEqual(['__proto__']);
    expect(Object.keys(object)).toEqual([]);
  });

  it('drops null fields, and gives null map values and elements their zero value', () => {
    const object = { metadata: { creationTimestamp: null, labels: { a: null }, finalizers: [null] }, spec: { containers: [null], volumes: null } };
    dropUnknownFields(pod, object);
    expect(object).toEqual({ metadata: { labels: { a: '' }, finalizers: [''] }, spec: { containers: [{ name: '' }] } });
  });

  it('writes scalars as a typed decoder would', () => {
    const object = { metadata: { creationTimestamp: '2026-01-02T04:04:05+01:00' }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: 0.5, memory: 1024 }, requests: { cpu: '1000m', memory: '1024Mi' } } }] } };
    dropUnknownFields(pod, object);
    expect(object).toEqual({ metadata: { creationTimestamp: '2026-01-02T03:04:05Z' }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: '500m', memory: '1024' }, requests: { cpu: '1', memory: '1Gi' } } }] } });
  });

  it('leaves scalars that do not follow their grammar', () => {
    const object = { metadata: { creationTimestamp: 'soon' }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: 'much' } } }] } };
    dropUnknownFields(pod, object);
    expect(object).toEqual({ metadata: { creationTimestamp: 'soon' }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: 'much' } } }] } });
  });

  it('reports at most 100 paths and drops all', () => {
    const object = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1]));
    expect(dropUnknownFields(pod, object).unknown).toHaveLength(100);
    expect(object).toEqual({});
  });

  it.each([
    ['texts, numbers and structs', { spec: { containers: [{ ports: [{}] }], affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{}] } } } }, { spec: { containers: [{ name: '', ports: [{ containerPort: 0 }] }], affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }] } } } }],
    ['lists, empty', { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } } } }, { spec: { containers: [], affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } } }],
    ['no pointers', { spec: { containers: [{ name: 'c', livenessProbe: { httpGet: { path: '/' } } }] } }, { spec: { containers: [{ name: 'c', livenessProbe: { httpGet: { path: '/' } } }] } }],
  ])('fills what is required: %s', (_what, object, filled) => {
    expect(dropUnknownFields(pod, object).unknown).toEqual([]);
    expect(object).toEqual(filled);
  });

  it('fills nothing by a schema at hand', () => {
    const object = {};
    dropUnknownFieldsOf({ type: 'object', required: ['a'], properties: { a: { type: 'array', items: { type: 'string' } } } }, object);
    expect(object).toEqual({});
  });

  it('prunes by a schema at hand', () => {
    const object = { a: { b: 1, c: 2 } };
    const schema = { type: 'object', properties: { a: { type: 'object', properties: { b: { type: 'integer' } } } } } as const;
    expect(dropUnknownFieldsOf(schema, object).unknown).toEqual(['a.c']);
  });
});

describe('empty lists and maps', () => {
  const emptied = (kind: object, object: object): unknown => {
    const copy = structuredClone(object);
    dropUnknownFields(kind as Parameters<typeof dropUnknownFields>[0], copy);
    return copy;
  };

  it.each([
    ['optional ones go', { group: '', version: 'v1', kind: 'Pod' }, { metadata: { labels: {}, finalizers: [] }, spec: { containers: [{ name: 'a', env: [], resources: { limits: {} } }] } }, { metadata: {}, spec: { containers: [{ name: 'a', resources: {} }] } }],
    ['required ones stay', { group: '', version: 'v1', kind: 'Pod' }, { spec: { containers: [] } }, { spec: { containers: [] } }],
    ['those that are always written stay', { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role' }, { rules: [] }, { rules: [] }],
    ['empty structs stay', { group: '', version: 'v1', kind: 'Pod' }, { spec: { containers: [], volumes: [{ name: 'v', emptyDir: {} }] } }, { spec: { containers: [], volumes: [{ name: 'v', emptyDir: {} }] } }],
  ])('%s', (_title, kind, object, left) => {
    expect(emptied(kind, object)).toEqual(left);
  });
});

describe('zero values of scalars', () => {
  const written = (object: object): unknown => {
    const copy = structuredClone(object);
    dropUnknownFields(pod, copy);
    return copy;
  };

  it.each([
    ['go where an absent field is the same', { spec: { hostNetwork: false, nodeName: '', containers: [{ name: 'a', stdin: false, env: [{ name: 'E', value: '' }], ports: [{ containerPort: 0, hostPort: 0 }] }] } }, { spec: { containers: [{ name: 'a', env: [{ name: 'E' }], ports: [{ containerPort: 0 }] }] } }],
    ['stay where a pointer holds them', { spec: { automountServiceAccountToken: false, priority: 0, containers: [] } }, { spec: { automountServiceAccountToken: false, priority: 0, containers: [] } }],
    ['go from structs that are part of others', { spec: { containers: [{ name: 'a', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: '', key: '' } } }] }] } }, { spec: { containers: [{ name: 'a', env: [{ name: 'E', valueFrom: { secretKeyRef: { key: '' } } }] }] } }],
    ['stay in maps', { metadata: { labels: { a: '' } }, spec: { containers: [] } }, { metadata: { labels: { a: '' } }, spec: { containers: [] } }],
  ])('%s', (_what, object, left) => {
    expect(written(object)).toEqual(left);
  });
});

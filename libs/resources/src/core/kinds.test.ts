import { describe, expect, it, test } from 'vitest';
import { context, texts } from '../fixtures.suite.js';
import type { KindDescriptor, ResourceObject } from '../descriptor.js';
import { configMap } from './config-map/kind.js';
import { event } from './event/kind.js';
import { namespace } from './namespace/kind.js';
import { node } from './node/kind.js';
import { secret } from './secret/kind.js';
import { serviceAccount } from './service-account/kind.js';

const now = Date.parse('2026-01-02T03:04:05Z');

function make(kind: KindDescriptor, fields: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): ResourceObject {
  const base = { name: 'x', uid: 'u', resourceVersion: '1', ...(kind.namespaced ? { namespace: 'ns' } : {}) };
  const object = structuredClone({ apiVersion: 'v1', kind: kind.kind, metadata: { ...base, ...metadata }, ...fields }) as ResourceObject;
  kind.defaults(object);
  return object;
}

function row(kind: KindDescriptor, object: ResourceObject): Record<string, unknown> {
  return Object.fromEntries(kind.columns.map((column) => [column.name, column.cell(object, now)]));
}

function update(kind: KindDescriptor, old: ResourceObject, fields: Record<string, unknown>): string[] {
  const object = { ...structuredClone(old), ...fields };
  kind.defaults(object);
  kind.strategy.prepareForUpdate(object, old, context);
  return texts(kind.strategy.validateUpdate(object, old));
}

describe('a namespace', () => {
  it('carries its name as a label, and the finalizer that keeps its contents from being forgotten', () => {
    const object = make(namespace, { spec: { finalizers: ['example.com/f'] }, status: { phase: 'Terminating' } });
    namespace.strategy.prepareForCreate(object, context);
    expect(object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'x' });
    expect(object['spec']).toEqual({ finalizers: ['example.com/f', 'kubernetes'] });
    expect(object['status']).toEqual({ phase: 'Active' });
  });

  it('keeps its finalizers through an update', () => {
    const old = make(namespace, { spec: { finalizers: ['kubernetes'] } });
    const object = { ...structuredClone(old), spec: {} };
    namespace.strategy.prepareForUpdate(object, old, context);
    expect(object.spec).toEqual({ finalizers: ['kubernetes'] });
  });

  it('has a name that is a label, without dots', () => {
    expect(texts(namespace.strategy.validate(make(namespace, {}, { name: 'a.b' })))).toEqual(['metadata.name: Invalid value: "a.b": must not contain dots']);
  });

  it('is terminating exactly when it is being deleted', () => {
    const old = make(namespace);
    const object = { ...structuredClone(old), status: { phase: 'Terminating' } };
    expect(texts(namespace.statusStrategy?.validateUpdate(object, old) ?? [])).toEqual(['status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty']);
  });
});

describe('a secret', () => {
  it('turns texts into data, which win', () => {
    const object = make(secret, { data: { a: 'b2xk', b: 'Yg==' }, stringData: { a: 'new' } });
    expect(object['data']).toEqual({ a: 'bmV3', b: 'Yg==' });
    expect(object).not.toHaveProperty('stringData');
    expect(object['type']).toBe('Opaque');
  });

  it('keeps its type', () => {
    expect(update(secret, make(secret), { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } })).toEqual(['type: Invalid value: "kubernetes.io/tls": field is immutable']);
  });

  it('keeps its data when it is immutable', () => {
    const old = make(secret, { data: { a: 'YQ==' }, immutable: true });
    expect(update(secret, old, { data: { a: 'Yg==' } })).toEqual(['data: Forbidden: field is immutable when `immutable` is set']);
    expect(update(secret, old, { immutable: false })).toEqual(['immutable: Forbidden: field is immutable when `immutable` is set']);
    expect(update(secret, old, {})).toEqual([]);
  });

  it.each([
    ['kubernetes.io/tls', ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['kubernetes.io/basic-auth', ['data[username]: Required value', 'data[password]: Required value']],
    ['kubernetes.io/dockerconfigjson', ['data[.dockerconfigjson]: Required value']],
    ['kubernetes.io/service-account-token', ['metadata.annotations[kubernetes.io/service-account.name]: Required value']],
    ['example.com/anything', []],
  ])('of type %s has what the type needs', (type, errors) => {
    expect(texts(secret.strategy.validate(make(secret, { type })))).toEqual(errors);
  });

  it('has at most a mebibyte', () => {
    const data = { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') };
    expect(texts(secret.strategy.validate(make(secret, { data })))).toEqual(['data: Too long: may not be more than 1048576 bytes']);
  });

  it('is shown by its type and the number of its keys', () => {
    expect(row(secret, make(secret, { data: { a: '', b: '' } }))).toMatchObject({ Name: 'x', Type: 'Opaque', Data: 2 });
  });
});

describe('a config map', () => {
  it('has each key once', () => {
    const object = make(configMap, { data: { a: '' }, binaryData: { a: '' } });
    expect(texts(configMap.strategy.validate(object))).toEqual(['data[a]: Invalid value: "a": duplicate of key present in binaryData']);
  });

  it('has keys that can be files', () => {
    expect(texts(configMap.strategy.validate(make(configMap, { data: { 'a/b': '' } })))[0]).toContain('data[a/b]: Invalid value: "a/b": a valid config key must consist of');
  });

  it('keeps its data when it is immutable', () => {
    const old = make(configMap, { data: { a: 'x' }, immutable: true });
    expect(update(configMap, old, { data: {} })).toEqual(['data: Forbidden: field is immutable when `immutable` is set']);
  });
});

describe('a node', () => {
  it.each([
    [{ podCIDR: '10.0.0.0/24' }, ['10.0.0.0/24', '10.0.0.0/24']],
    [{ podCIDRs: ['10.0.0.0/24', 'fd00::/64'] }, ['10.0.0.0/24', '10.0.0.0/24,fd00::/64']],
    [{ podCIDR: '10.0.1.0/24', podCIDRs: ['10.0.0.0/24'] }, ['10.0.1.0/24', '10.0.1.0/24']],
  ])('with %j has one first range of pods', (spec, ranges) => {
    const made = make(node, { spec }).spec as { podCIDR: string; podCIDRs: string[] };
    expect([made.podCIDR, made.podCIDRs.join(',')]).toEqual(ranges);
  });

  it('may allocate all that it has, unless it says otherwise', () => {
    const object = make(node, { status: { capacity: { cpu: '4', memory: '1024Mi' } } });
    expect(object['status']).toEqual({ capacity: { cpu: '4', memory: '1Gi' }, allocatable: { cpu: '4', memory: '1Gi' } });
  });

  it('keeps what a provider has set', () => {
    const old = make(node, { spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'], providerID: 'a' } });
    expect(update(node, old, { spec: { podCIDRs: ['10.0.1.0/24'], providerID: 'b' } })).toEqual([
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ]);
    expect(update(node, make(node), { spec: { podCIDRs: ['10.0.1.0/24'] } })).toEqual([]);
  });

  it('has each taint once', () => {
    const taint = { key: 'a', effect: 'NoSchedule' };
    expect(texts(node.strategy.validate(make(node, { spec: { taints: [taint, taint] } })))).toEqual([
      'metadata.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}: taints must be unique by key and effect pair',
    ]);
  });

  it('is shown by readiness, roles, versions and addresses', () => {
    const object = make(
      node,
      {
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
          nodeInfo: { kubeletVersion: 'v1.36.0', osImage: 'Debian', kernelVersion: '6.1', architecture: 'amd64', containerRuntimeVersion: 'docker://27' },
        },
      },
      { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' } },
    );
    expect(Object.values(row(node, object))).toEqual([
      'x', 'Ready,SchedulingDisabled', 'control-plane,worker', '<unknown>', 'v1.36.0', '10.0.0.1', '<none>', 'Debian', '6.1 (amd64)', 'docker://27',
    ]);
    expect(row(node, make(node))).toMatchObject({ Status: 'Unknown', Roles: '<none>', 'Kernel-Version': '<unknown>' });
  });
});

test('a service account keeps only the names of its secrets', () => {
  const object = make(serviceAccount, { secrets: [{ name: 'a', kind: 'Secret', uid: 'u' }] });
  serviceAccount.strategy.prepareForCreate(object, context);
  expect(object['secrets']).toEqual([{ name: 'a' }]);
});

describe('an event', () => {
  const about = { kind: 'Pod', namespace: 'ns', name: 'p', fieldPath: 'spec.containers{c}' };

  it('lies in the namespace of what it is about', () => {
    expect(texts(event.strategy.validate(make(event, { involvedObject: { ...about, namespace: 'other' } })))).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
    expect(texts(event.strategy.validate(make(event, { involvedObject: { kind: 'Node', name: 'n' } }, { namespace: 'default' })))).toEqual([]);
  });

  it('says who reports and what was done when it has an eventTime', () => {
    const object = make(event, { involvedObject: about, eventTime: '2026-01-02T03:04:05.000000Z' });
    expect(texts(event.strategy.validate(object)).filter((text) => text.endsWith('Required value'))).toEqual([
      'reportingComponent: Required value', 'reportingInstance: Required value', 'action: Required value', 'reason: Required value',
    ]);
  });

  it('is shown by the time since it happened last', () => {
    const object = make(event, {
      involvedObject: about, type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container\n', count: 3,
      firstTimestamp: '2026-01-02T03:00:05Z', lastTimestamp: '2026-01-02T03:04:00Z', source: { component: 'kubelet', host: 'n' },
    });
    expect(Object.values(row(event, object))).toEqual([
      '5s', 'Warning', 'BackOff', 'pod/p', 'spec.containers{c}', 'kubelet, n', 'Back-off restarting failed container', '4m', 3, 'x',
    ]);
  });

  it('of the newer API is shown by its eventTime and its series', () => {
    const object = make(event, { involvedObject: about, eventTime: '2026-01-02T03:03:05.000000Z', reportingComponent: 'kubelet', reportingInstance: 'n' });
    expect(row(event, object)).toMatchObject({ 'Last Seen': '60s', 'First Seen': '60s', Source: 'kubelet, n', Count: 1 });
    const series = { ...object, series: { count: 4, lastObservedTime: '2026-01-02T03:04:03.000000Z' } };
    expect(row(event, series)).toMatchObject({ 'Last Seen': '2s', Count: 4 });
  });
});

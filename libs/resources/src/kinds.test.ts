import { fieldErrorText } from '@gantry/apimachinery';
import { describe, expect, it } from 'vitest';
import type { KindDescriptor, ResourceObject } from './descriptor.js';
import { createRegistry, nextRegistry } from './registry.js';
import { kinds } from './kinds.js';
import { NODE_REQUEST } from './certificates/certificate-signing-request/requests.suite.js';

const context = { now: '2026-01-02T03:04:05Z', userName: 'tester' };
const now = Date.parse(context.now);

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'busybox' }] } };
const workload = { selector: { matchLabels: { app: 'a' } }, template };

/** The least that a client may send of each kind, besides its metadata. */
const minimal: Readonly<Record<string, Record<string, unknown>>> = {
  'v1 ConfigMap': {},
  'v1 Endpoints': {},
  'v1 Event': { involvedObject: { kind: 'Pod', namespace: 'ns', name: 'p' } },
  'v1 LimitRange': { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }] } },
  'v1 Namespace': {},
  'v1 Node': {},
  'v1 Pod': { spec: { containers: [{ name: 'c', image: 'busybox' }] } },
  'v1 PodTemplate': { template },
  'v1 ReplicationController': { spec: { template } },
  'v1 ResourceQuota': { spec: { hard: { pods: '1', 'requests.memory': '1024Mi', 'count/jobs.batch': '2' } } },
  'v1 Secret': {},
  'v1 ServiceAccount': {},
  'v1 Service': { spec: { ports: [{ port: 80 }] } },
  'apps/v1 ControllerRevision': { data: { spec: {} }, revision: 1 },
  'apps/v1 Deployment': { spec: workload },
  'apps/v1 ReplicaSet': { spec: workload },
  'certificates.k8s.io/v1 CertificateSigningRequest': { spec: { request: Buffer.from(NODE_REQUEST).toString('base64'), signerName: 'example.com/signer', usages: ['client auth'] } },
  'coordination.k8s.io/v1 Lease': {},
  'discovery.k8s.io/v1 EndpointSlice': { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] },
  'flowcontrol.apiserver.k8s.io/v1 FlowSchema': { spec: { priorityLevelConfiguration: { name: 'global-default' } } },
  'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration': { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } },
  'networking.k8s.io/v1 IPAddress': { spec: { parentRef: { resource: 'services', namespace: 'ns', name: 's' } } },
  'networking.k8s.io/v1 ServiceCIDR': { spec: { cidrs: ['10.0.0.0/24'] } },
  'rbac.authorization.k8s.io/v1 Role': {},
  'rbac.authorization.k8s.io/v1 ClusterRole': {},
  'rbac.authorization.k8s.io/v1 RoleBinding': { roleRef: { kind: 'ClusterRole', name: 'view' } },
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': { roleRef: { kind: 'ClusterRole', name: 'view' } },
  'scheduling.k8s.io/v1 PriorityClass': { value: 1000 },
  'storagemigration.k8s.io/v1beta1 StorageVersionMigration': { spec: { resource: { group: 'apps', resource: 'deployments' } } },
  'events.k8s.io/v1 Event': {
    regarding: { kind: 'Pod', namespace: 'ns', name: 'p' }, eventTime: '2026-01-02T03:04:05.000000Z', type: 'Normal', reason: 'Testing', action: 'Test',
    reportingController: 'example.com/test', reportingInstance: 'test-1',
  },
};

function minimalObject(kind: KindDescriptor): ResourceObject {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const name = kind.kind === 'IPAddress' ? '10.0.0.1' : 'x';
  const metadata = kind.namespaced ? { name, namespace: 'ns' } : { name };
  const fields = minimal[`${apiVersion} ${kind.kind}`];
  if (fields === undefined) throw new Error(`this test has no minimal ${kind.kind}`);
  return { apiVersion, kind: kind.kind, metadata, ...structuredClone(fields) };
}

function created(kind: KindDescriptor): ResourceObject {
  const object = minimalObject(kind);
  kind.defaults(object);
  kind.strategy.prepareForCreate(object, context);
  return object;
}

describe.each(kinds.map((kind) => [`${kind.group || 'core'}/${kind.kind}`, kind] as const))('%s', (_name, kind) => {
  it('fills a minimal object so that it is valid', () => {
    expect(kind.strategy.validate(created(kind)).map(fieldErrorText)).toEqual([]);
  });

  it('has defaults that change nothing the second time', () => {
    const object = minimalObject(kind);
    kind.defaults(object);
    const once = structuredClone(object);
    kind.defaults(object);
    expect(object).toEqual(once);
  });

  it('fills an object that has nothing but its type without throwing', () => {
    const object = { apiVersion: 'v1', kind: kind.kind } as ResourceObject;
    kind.defaults(object);
    kind.strategy.prepareForCreate(object, context);
    expect(kind.strategy.validate(object).length).toBeGreaterThan(0);
  });

  it('accepts an update that changes nothing, and keeps the generation', () => {
    const old = created(kind);
    Object.assign(old.metadata, { uid: 'u', resourceVersion: '1', creationTimestamp: context.now });
    for (const strategy of [kind.strategy, ...(kind.statusStrategy === undefined ? [] : [kind.statusStrategy])]) {
      const object = structuredClone(old);
      strategy.prepareForUpdate(object, old, context);
      expect(strategy.validateUpdate(object, old).map(fieldErrorText)).toEqual([]);
      expect(object).toEqual(old);
    }
  });

  it('refuses an update that changes the uid', () => {
    const old = created(kind);
    Object.assign(old.metadata, { uid: 'u', resourceVersion: '1' });
    const object = structuredClone(old);
    object.metadata.uid = 'v';
    const texts = kind.strategy.validateUpdate(object, old).map(fieldErrorText);
    // Events of core/v1 are not checked on update, in upstream neither.
    if (kind.kind === 'Event' && kind.group === '') expect(texts).toEqual([]);
    else expect(texts).toContain('metadata.uid: Invalid value: "v": field is immutable');
  });

  it('lets no status in on create, unless it registers itself', () => {
    if (kind.statusStrategy === undefined) return;
    const object = minimalObject(kind);
    object['status'] = { phase: 'Odd', replicas: 7, conditions: [{ type: 'Odd', status: 'True' }] };
    kind.defaults(object);
    kind.strategy.prepareForCreate(object, context);
    if (kind.kind === 'Node') expect(object['status']).toMatchObject({ phase: 'Odd' });
    else expect(object['status']).not.toMatchObject({ conditions: [{ type: 'Odd' }] });
  });

  it('has columns with a cell for every one, and one that is the name', () => {
    const object = created(kind);
    expect(kind.columns.filter(({ format }) => format === 'name')).toHaveLength(1);
    for (const column of kind.columns) {
      expect(column.description).toMatch(/\.$/);
      expect(['string', 'number', 'boolean']).toContain(typeof column.cell(object, now));
    }
  });

  it('reads every selectable field of a minimal object as a text', () => {
    const object = created(kind);
    for (const read of Object.values(kind.selectableFields)) expect(typeof read(object)).toBe('string');
  });
});

describe('the registry', () => {
  const registry = createRegistry(kinds);

  it('finds every kind by resource, by kind and by apiVersion', () => {
    for (const kind of kinds) {
      expect(registry.byResource(kind.group, kind.version, kind.resource)).toBe(kind);
      expect(registry.byKind(kind.group, kind.version, kind.kind)).toBe(kind);
    }
    expect(registry.byApiVersion('apps/v1', 'Deployment')?.resource).toBe('deployments');
    expect(registry.byResource('', 'v1', 'unicorns')).toBeUndefined();
  });

  it('knows that events of both APIs are stored in one form', () => {
    const ofEvents = registry.byResource('events.k8s.io', 'v1', 'events');
    const ofCore = registry.byResource('', 'v1', 'events');
    expect(ofEvents === undefined ? undefined : registry.storedForm(ofEvents)).toBe(ofCore);
  });

  it('counts its generations and refuses the same kind twice', () => {
    expect(nextRegistry(registry, kinds).generation).toBe(registry.generation + 1);
    expect(() => createRegistry([...kinds, ...kinds])).toThrow('two kinds are registered');
  });
});

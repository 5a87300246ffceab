import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
let namespace = '';
let count = 0;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());
beforeEach(async () => {
  namespace = `ns${String(count++)}`;
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
});

const maps = (name = '', query = ''): string => `/api/v1/namespaces/${namespace}/configmaps${name === '' ? '' : `/${name}`}${query}`;
const pods = (name = '', rest = ''): string => `/api/v1/namespaces/${namespace}/pods${name === '' ? '' : `/${name}`}${rest}`;
const merge = { 'content-type': 'application/merge-patch+json' };
const pod = (name: string, spec: object = {}): object => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'busybox:1.36' }], ...spec } });

describe('create', () => {
  it('drops owners that are named twice, with a warning', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u-1' };
    const { body, headers } = await test.call('POST', maps(), { metadata: { name: 'owned', ownerReferences: [owner, owner] } });
    expect(body.metadata.ownerReferences).toEqual([owner]);
    expect(headers['warning']).toBe('299 - ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u-1"');
  });

  it('answers the object as it was stored, with what the server gives it', async () => {
    const { status, body } = await test.call('POST', maps(), { metadata: { name: 'a', uid: 'mine', generation: 7, managedFields: [{}] }, data: { k: 'v' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', namespace }, data: { k: 'v' } });
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.managedFields).toMatchObject([{ manager: 'unknown', operation: 'Update', fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } } }]);
    expect((await test.call('GET', maps('a'))).body).toEqual(body);
  });

  it('refuses a name that is taken', async () => {
    await test.call('POST', maps(), { metadata: { name: 'a' } });
    const { status, body } = await test.call('POST', maps(), { metadata: { name: 'a' } });
    expect([status, body.reason, body.message]).toEqual([409, 'AlreadyExists', 'configmaps "a" already exists']);
  });

  it('warns of unknown fields whatever their names are and however many, and the object is there', async () => {
    const odd = await test.call('POST', maps(), { metadata: { name: 'odd' }, '\u4e2d': 1, 'a\u0000b': 2 });
    expect([odd.status, Buffer.from(odd.headers['warning']!, 'latin1').toString()]).toEqual([201, '299 - "unknown field \\"\u4e2d\\"", 299 - "unknown field \\"a\\\\x00b\\""']);
    const many = await test.call('POST', maps(), { metadata: { name: 'many' }, ...Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`u${String(i)}`, 1])) });
    expect(many.status).toBe(201);
  });

  it('generates names', async () => {
    const { body } = await test.call('POST', maps(), { metadata: { generateName: 'x-' } });
    expect(body.metadata.name).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('refuses what has no name, in the words of its validation', async () => {
    const { status, body } = await test.call('POST', maps(), {});
    expect([status, body.message]).toEqual([422, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required']);
  });

  it('needs a namespace that exists and is not going', async () => {
    const missing = await test.call('POST', '/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'a' } });
    expect([missing.status, missing.body.message]).toEqual([404, 'namespaces "nowhere" not found']);
    await test.call('DELETE', `/api/v1/namespaces/${namespace}`);
    const going = await test.call('POST', maps(), { metadata: { name: 'a' } });
    expect([going.status, going.body.message]).toEqual([403, `configmaps "a" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`]);
    expect(going.body.details.causes[0].reason).toBe('NamespaceTerminating');
  });

  it('refuses a body of another namespace, kind or version', async () => {
    const answers = [{ metadata: { name: 'a', namespace: 'other' } }, { kind: 'Secret', metadata: { name: 'a' } }, { apiVersion: 'v2', metadata: { name: 'a' } }].map((body) => test.call('POST', maps(), body));
    const [space, kind, version] = await Promise.all(answers);
    expect(space!.body.message).toBe('the namespace of the provided object does not match the namespace sent on the request');
    expect([kind!.status, version!.status]).toEqual([400, 400]);
    expect(version!.body.message).toBe('ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"');
  });

  it('writes nothing in a dry run', async () => {
    expect((await test.call('POST', maps('', '?dryRun=All'), { metadata: { name: 'dry' } })).status).toBe(201);
    expect((await test.call('GET', maps('dry'))).status).toBe(404);
    expect((await test.call('POST', maps('', '?dryRun=Some'), { metadata: { name: 'dry' } })).status).toBe(422);
  });

  it.each([
    ['Strict', 400, undefined],
    ['Warn', 201, '299 - "unknown field \\"bad\\""'],
    ['Ignore', 201, undefined],
  ])('with fieldValidation=%s answers an unknown field by %i', async (mode, status, warning) => {
    const answer = await test.call('POST', maps('', `?fieldValidation=${mode}`), { metadata: { name: 'a' }, bad: 1 });
    expect([answer.status, answer.headers['warning']]).toEqual([status, warning]);
    if (status === 400) expect(answer.body.message).toBe('ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bad"');
    else expect(answer.body.bad).toBeUndefined();
  });

  it('reports duplicate fields, and reads YAML', async () => {
    const duplicate = await test.call('POST', maps('', '?fieldValidation=Strict'), '{"metadata":{"name":"a"},"data":{"k":"1"},"data":{"k":"2"}}');
    expect(duplicate.body.message).toContain('strict decoding error: duplicate field "data"');
    const yaml = await test.call('POST', maps(), 'metadata:\n  name: from-yaml\ndata:\n  k: "0644"\n', { 'content-type': 'application/yaml' });
    expect([yaml.status, yaml.body.data.k]).toEqual([201, '0644']);
  });

  it.each([
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['a field of the wrong type', '{"metadata":{"name":"a"},"data":[]}', 400],
  ])('refuses %s', async (_what, body, status) => {
    expect((await test.call('POST', maps(), body)).status).toBe(status);
  });

  it('refuses a body in a form that it does not read, and one that is too long', async () => {
    expect((await test.call('POST', maps(), 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    const long = await test.call('POST', maps(), { metadata: { name: 'a' }, data: { k: 'x'.repeat(3 * 1024 * 1024) } });
    expect([long.status, long.body.reason]).toEqual([413, 'RequestEntityTooLarge']);
  });

  it('runs admission in order: account, priority and tolerations of a pod', async () => {
    const { body } = await test.call('POST', pods(), pod('p'));
    expect(body.spec).toMatchObject({ serviceAccountName: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
    expect(body.spec.tolerations).toHaveLength(2);
    expect((await test.call('POST', pods(), pod('q', { priorityClassName: 'none' }))).body.message).toBe('pods "q" is forbidden: no PriorityClass with name none was found');
  });
});

describe('update', () => {
  it('refuses a resourceVersion that is not the newest, and takes none as unconditional', async () => {
    const { body: first } = await test.call('POST', maps(), { metadata: { name: 'a' }, data: { n: '1' } });
    const { body: second } = await test.call('PUT', maps('a'), { ...first, data: { n: '2' } });
    expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
    const lost = await test.call('PUT', maps('a'), { ...first, data: { n: '3' } });
    expect([lost.status, lost.body.reason]).toEqual([409, 'Conflict']);
    expect(lost.body.message).toBe('Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again');
    expect((await test.call('PUT', maps('a'), { metadata: { name: 'a' }, data: { n: '4' } })).body.data.n).toBe('4');
  });

  it('that changes nothing writes nothing, whatever the order of the fields', async () => {
    const { body } = await test.call('POST', maps(), { metadata: { name: 'a', labels: { x: 'y' } }, data: { a: '1', b: '2' } });
    const before = await test.storage.currentRevision();
    const reordered = { data: { b: '2', a: '1' }, metadata: { labels: { x: 'y' }, name: 'a' } };
    expect((await test.call('PUT', maps('a'), reordered)).body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
    expect(await test.storage.currentRevision()).toBe(before);
  });

  it('keeps what a client cannot change', async () => {
    const { body } = await test.call('POST', maps(), { metadata: { name: 'a' } });
    const { body: updated } = await test.call('PUT', maps('a'), { metadata: { name: 'a', creationTimestamp: '2000-01-01T00:00:00Z', generation: 7, selfLink: '/x' }, data: { k: 'v' } });
    expect(updated.metadata).toMatchObject({ uid: body.metadata.uid, creationTimestamp: body.metadata.creationTimestamp });
    expect([updated.metadata.generation, updated.metadata.selfLink]).toEqual([undefined, undefined]);
  });

  it('refuses another uid or another name, and finds nothing to update', async () => {
    await test.call('POST', maps(), { metadata: { name: 'a' } });
    expect((await test.call('PUT', maps('a'), { metadata: { name: 'a', uid: 'other' } })).body.message).toMatch(/^Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other/);
    expect((await test.call('PUT', maps('a'), { metadata: { name: 'b' } })).body.message).toBe('the name of the object (b) does not match the name on the URL (a)');
    expect((await test.call('PUT', maps('none'), { metadata: { name: 'none' } })).status).toBe(404);
  });

  it('creates a lease that is not there', async () => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/l`;
    const spec = { holderIdentity: 'me', leaseDurationSeconds: 10 };
    const created = await test.call('PUT', path, { metadata: { name: 'l' }, spec });
    expect(created.status).toBe(201);
    expect((await test.call('PUT', path, { ...created.body, spec: { ...spec, holderIdentity: 'you' } })).status).toBe(200);
    const unconditional = await test.call('PUT', path, { metadata: { name: 'l' }, spec });
    expect([unconditional.status, unconditional.body.message]).toEqual([422, 'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update']);
  });

  it('lets a hundred clients each win once: no increment is lost', async () => {
    await test.call('POST', maps(), { metadata: { name: 'n' }, data: { n: '0' } });
    await Promise.all(Array.from({ length: 100 }, increment));
    expect((await test.call('GET', maps('n'))).body.data.n).toBe('100');
  });

  async function increment(): Promise<void> {
    for (;;) {
      const { body } = await test.call('GET', maps('n'));
      const { status } = await test.call('PUT', maps('n'), { ...body, data: { n: String(Number(body.data.n) + 1) } });
      if (status === 200) return;
      expect(status).toBe(409);
    }
  }

  it('keeps spec and status apart', async () => {
    const { body } = await test.call('POST', pods(), pod('p'));
    await test.call('PUT', pods('p', '/status'), { ...body, spec: { ...body.spec, priority: 9 }, status: { phase: 'Running' } });
    const { body: after } = await test.call('GET', pods('p'));
    expect([after.status.phase, after.spec.priority]).toEqual(['Running', 0]);
    await test.call('PUT', pods('p'), { ...after, metadata: { ...after.metadata, labels: { a: 'b' } }, status: { phase: 'Failed' } });
    expect((await test.call('GET', pods('p'))).body).toMatchObject({ metadata: { labels: { a: 'b' } }, status: { phase: 'Running' } });
  });
});

describe('patch', () => {
  beforeEach(() => test.call('POST', maps(), { metadata: { name: 'a', labels: { x: 'y' } }, data: { k: '1', l: '2' } }));

  it('merges, by null removing', async () => {
    const { body } = await test.call('PATCH', maps('a'), { data: { k: null, m: '3' } }, merge);
    expect(body.data).toEqual({ l: '2', m: '3' });
  });

  it('applies JSON patches, and says why one does not apply', async () => {
    const json = { 'content-type': 'application/json-patch+json' };
    expect((await test.call('PATCH', maps('a'), [{ op: 'test', path: '/data/k', value: '1' }, { op: 'remove', path: '/data/k' }], json)).body.data).toEqual({ l: '2' });
    expect((await test.call('PATCH', maps('a'), [{ op: 'test', path: '/data/l', value: 'no' }], json)).status).toBe(422);
  });

  it('merges containers by name in a strategic patch', async () => {
    await test.call('POST', pods(), pod('p'));
    const { status, body } = await test.call('PATCH', pods('p'), { spec: { containers: [{ name: 'c', image: 'busybox:2' }] } }, { 'content-type': 'application/strategic-merge-patch+json' });
    expect([status, body.spec.containers.length, body.spec.containers[0].image, body.spec.containers[0].terminationMessagePath]).toEqual([200, 1, 'busybox:2', '/dev/termination-log']);
  });

  it('loses against a newer state only when it names a resourceVersion', async () => {
    const { body } = await test.call('GET', maps('a'));
    await test.call('PATCH', maps('a'), { data: { k: '5' } }, merge);
    expect((await test.call('PATCH', maps('a'), { metadata: { resourceVersion: body.metadata.resourceVersion }, data: { k: '6' } }, merge)).status).toBe(409);
  });

  it('by many at once is applied by all', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => test.call('PATCH', maps('a'), { data: { [`p${String(i)}`]: 'x' } }, merge)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(Object.keys((await test.call('GET', maps('a'))).body.data)).toHaveLength(32);
  });

  it('refuses fields that do not exist when asked to be strict, and types that it does not know', async () => {
    expect((await test.call('PATCH', maps('a', '?fieldValidation=Strict'), { bad: 1 }, merge)).status).toBe(422);
    expect((await test.call('PATCH', maps('a'), { data: {} }, { 'content-type': 'application/json' })).status).toBe(415);
  });
});

describe('delete', () => {
  it('answers a Status that names what was removed', async () => {
    const { body: created } = await test.call('POST', maps(), { metadata: { name: 'a' } });
    const { status, body } = await test.call('DELETE', maps('a'));
    expect([status, body]).toEqual([200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'a', kind: 'configmaps', uid: created.metadata.uid } }]);
    expect((await test.call('DELETE', maps('a'))).status).toBe(404);
  });

  it('minds preconditions', async () => {
    await test.call('POST', maps(), { metadata: { name: 'a' } });
    expect((await test.call('DELETE', maps('a'), { preconditions: { uid: 'other' } })).status).toBe(409);
    expect((await test.call('DELETE', maps('a'), { preconditions: { resourceVersion: '1' } })).status).toBe(409);
    expect((await test.call('DELETE', maps('a'), { dryRun: ['All'] })).status).toBe(200);
    expect((await test.call('GET', maps('a'))).status).toBe(200);
  });

  it('waits for finalizers; the update that clears the last one removes the object', async () => {
    await test.call('POST', maps(), { metadata: { name: 'a', finalizers: ['example.com/f'] } });
    const { body } = await test.call('DELETE', maps('a'));
    expect(body).toMatchObject({ kind: 'ConfigMap', metadata: { deletionGracePeriodSeconds: 0 } });
    expect(body.metadata.deletionTimestamp).toBeDefined();
    expect((await test.call('PATCH', maps('a'), { metadata: { finalizers: null } }, merge)).status).toBe(200);
    expect((await test.call('GET', maps('a'))).status).toBe(404);
  });

  it.each([
    ['Orphan', ['orphan']],
    ['Foreground', ['foregroundDeletion']],
  ])('with propagationPolicy=%s leaves the finalizer that the garbage collector answers', async (propagationPolicy, finalizers) => {
    await test.call('POST', maps(), { metadata: { name: 'a' } });
    await test.call('DELETE', maps('a'), { propagationPolicy });
    expect((await test.call('GET', maps('a'))).body.metadata.finalizers).toEqual(finalizers);
  });

  it('gives a pod that runs on a node its grace, which a second delete may shorten', async () => {
    await test.call('POST', pods(), pod('p'));
    await test.call('POST', pods('p', '/binding'), { target: { kind: 'Node', name: 'n' } });
    const first = await test.call('DELETE', pods('p'));
    expect(first.body.metadata.deletionGracePeriodSeconds).toBe(30);
    expect((await test.call('DELETE', pods('p'), { gracePeriodSeconds: 5 })).body.metadata.deletionGracePeriodSeconds).toBe(5);
    expect((await test.call('DELETE', pods('p'), { gracePeriodSeconds: 60 })).body.metadata.deletionGracePeriodSeconds).toBe(5);
    expect((await test.call('DELETE', pods('p', '?gracePeriodSeconds=0'))).body).toMatchObject({ kind: 'Pod', metadata: { name: 'p' } });
    expect((await test.call('GET', pods('p'))).status).toBe(404);
  });

  it('of a collection minds the selector', async () => {
    for (const [name, app] of [['a', 'x'], ['b', 'x'], ['c', 'y']]) await test.call('POST', maps(), { metadata: { name, labels: { app } } });
    expect((await test.call('DELETE', maps('', '?labelSelector=app%3Dx'))).body.items).toHaveLength(2);
    expect((await test.call('GET', maps())).body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['c']);
  });

  it('of a namespace ends when its finalizer is taken off', async () => {
    const path = `/api/v1/namespaces/${namespace}`;
    const { body } = await test.call('DELETE', path);
    expect(body.status.phase).toBe('Terminating');
    expect((await test.call('PUT', `${path}/finalize`, { ...body, spec: { finalizers: [] } })).status).toBe(200);
    expect((await test.call('GET', path)).status).toBe(404);
    expect((await test.call('DELETE', '/api/v1/namespaces/kube-system')).body.message).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
  });
});

describe('subresources', () => {
  it('bind a pod once', async () => {
    await test.call('POST', pods(), pod('p'));
    const elsewhere = await test.call('POST', pods('p', '/binding'), { target: { kind: 'Pod' } });
    expect([elsewhere.status, elsewhere.body.message]).toEqual([400, '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]']);
    const bound = await test.call('POST', pods('p', '/binding'), { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } });
    expect([bound.status, bound.body.status]).toEqual([201, 'Success']);
    const { body } = await test.call('GET', pods('p'));
    expect(body.spec.nodeName).toBe('n1');
    expect(body.status.conditions).toContainEqual(expect.objectContaining({ type: 'PodScheduled', status: 'True' }));
    const again = await test.call('POST', pods('p', '/binding'), { target: { kind: 'Node', name: 'n2' } });
    expect([again.status, again.body.message]).toEqual([409, 'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"']);
  });

  it('scale a deployment and nothing else of it', async () => {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await test.call('POST', path, { metadata: { name: 'd' }, spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } });
    const { body: scale } = await test.call('GET', `${path}/d/scale`);
    expect(scale).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 }, status: { replicas: 0, selector: 'a=b' } });
    const { body: table } = await test.call('GET', `${path}/d/scale`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' });
    expect(table).toMatchObject({ kind: 'Table', columnDefinitions: ['Name', 'Desired', 'Available', 'Age'].map((name) => ({ name })), rows: [{ cells: ['d', 1, 0, expect.stringMatching(/^\d+s$/)], object: { kind: 'PartialObjectMetadata', metadata: { name: 'd' } } }] });
    expect((await test.call('PUT', `${path}/d/scale`, { ...scale, spec: { replicas: 4 } })).body.spec.replicas).toBe(4);
    expect((await test.call('PUT', `${path}/d/scale`, { ...scale, spec: { replicas: 5 } })).status).toBe(409);
    expect((await test.call('PATCH', `${path}/d/scale`, { spec: { replicas: 6 } }, merge)).body.spec.replicas).toBe(6);
    expect((await test.call('PATCH', `${path}/d/scale`, { spec: { replicas: -1 } }, merge)).status).toBe(422);
    expect((await test.call('PATCH', `${path}/d/scale?dryRun=All`, { spec: { replicas: 0 } }, merge)).body.spec).toEqual({});
    expect((await test.call('GET', `${path}/d`)).body).toMatchObject({ metadata: { generation: 3 }, spec: { replicas: 6 } });
  });

  it('evict a pod', async () => {
    await test.call('POST', pods(), pod('p'));
    expect((await test.call('POST', pods('p', '/eviction'), { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } })).status).toBe(201);
    expect((await test.call('GET', pods('p'))).status).toBe(404);
  });

  it('that do not exist are not found, verbs that do not exist are not allowed', async () => {
    expect((await test.call('GET', maps('a', '/status'))).status).toBe(404);
    expect((await test.call('GET', '/api/v1/widgets')).status).toBe(404);
    expect((await test.call('POST', maps('a'), {})).status).toBe(405);
    expect((await test.call('GET', maps('a%2Fb'))).status).toBe(400);
    expect((await test.call('GET', maps('a%zz'))).status).toBe(400);
    await test.call('POST', '/api/v1/nodes', { metadata: { name: 'n' } });
    expect((await test.call('GET', '/api/v1/nodes/n/status')).status).toBe(200);
    expect((await test.call('GET', '/api/v1/nodes/n/status/x')).status).toBe(404);
    expect((await test.call('GET', `/api/v1/namespaces/${namespace}/nodes`)).status).toBe(404);
  });
});

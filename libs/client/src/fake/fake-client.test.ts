import { newTooManyRequests } from '@gantry/apimachinery';
import { describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import type { WatchEvent } from '../client.js';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS } from '../resources.js';
import { createFakeClient, type FakeClient } from './fake-client.js';

const pod = (name: string, labels: Record<string, string> = {}): coreV1.Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec: { containers: [] } });

/** The next events of a watch that is already open. */
function watching(client: FakeClient, query: Parameters<ReturnType<FakeClient['resource']>['watch']>[0]) {
  const events = client.resource(PODS, 'default').watch(query)[Symbol.asyncIterator]();
  return {
    async next(count: number): Promise<string[]> {
      const seen: string[] = [];
      while (seen.length < count) {
        const { value } = (await events.next()) as IteratorYieldResult<WatchEvent<coreV1.Pod>>;
        seen.push(`${value.type} ${value.object.metadata?.name ?? value.object.metadata?.resourceVersion}`);
      }
      return seen;
    },
    end: () => events.next(),
  };
}

describe('fake client', () => {
  it('creates with what a server adds, and refuses a second of the name', async () => {
    const client = createFakeClient();
    const pods = client.resource(PODS, 'default');
    const created = await pods.create({ metadata: { name: 'a' }, spec: { containers: [] }, status: { phase: 'Running' } });
    expect(created).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', resourceVersion: '1', generation: 1 }, status: { phase: 'Pending' } });
    expect(created.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
    await expect(pods.create(pod('a'))).rejects.toMatchObject({ code: 409, reason: 'AlreadyExists' });
    await expect(pods.get('b')).rejects.toMatchObject({ code: 404, message: 'pods "b" not found' });
    const generated = await pods.create({ metadata: { generateName: 'web-' }, spec: { containers: [] } });
    expect(generated.metadata?.name).toMatch(/^web-[a-z0-9]{5}$/);
  });

  it('shares nothing with its callers', async () => {
    const client = createFakeClient([pod('a')]);
    const read = await client.resource(PODS, 'default').get('a');
    (read.metadata as { name: string }).name = 'changed';
    expect((await client.resource(PODS, 'default').get('a')).metadata?.name).toBe('a');
  });

  it('refuses an update from an older state, and gives an unchanged one no new revision', async () => {
    const client = createFakeClient([pod('a')]);
    const pods = client.resource(PODS, 'default');
    const first = await pods.get('a');
    const second = await pods.update({ ...first, metadata: { ...first.metadata, labels: { x: 'y' } } });
    await expect(pods.update(first)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await pods.update(second)).metadata?.resourceVersion).toBe(second.metadata?.resourceVersion);
  });

  it('keeps spec and status apart, and counts generations of the spec', async () => {
    const client = createFakeClient();
    const deployments = client.resource(DEPLOYMENTS, 'default');
    const spec = { replicas: 1, selector: {}, template: {} };
    const created = await deployments.create({ metadata: { name: 'd' }, spec });
    const withStatus = await deployments.updateStatus({ ...created, spec: { ...spec, replicas: 9 }, status: { replicas: 3 } });
    expect(withStatus).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 1 }, status: { replicas: 3 } });
    const scaled = await deployments.update({ ...withStatus, spec: { ...spec, replicas: 2 }, status: { replicas: 7 } });
    expect(scaled).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 2 }, status: { replicas: 3 } });
  });

  it('patches in three ways', async () => {
    const client = createFakeClient([{ ...pod('a'), spec: { containers: [{ name: 'one', image: 'i' }] } } as coreV1.Pod]);
    const pods = client.resource(PODS, 'default');
    await pods.patch('a', 'application/merge-patch+json', { metadata: { labels: { a: '1' } } });
    await pods.patch('a', 'application/json-patch+json', [{ op: 'add', path: '/metadata/labels/b', value: '2' }]);
    const patched = await pods.patch('a', 'application/strategic-merge-patch+json', { spec: { containers: [{ name: 'two', image: 'j' }] } });
    expect(patched.metadata?.labels).toEqual({ a: '1', b: '2' });
    expect(patched.spec?.containers.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    const status = await pods.patch('a', 'application/strategic-merge-patch+json', { status: { phase: 'Running' } }, { subresource: 'status' });
    expect(status.status?.phase).toBe('Running');
  });

  it('keeps an object that is held by finalizers until the last is gone', async () => {
    const client = createFakeClient([{ ...pod('a'), metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/x'] } }]);
    const pods = client.resource(PODS, 'default');
    await pods.delete('a');
    const held = await pods.get('a');
    expect(held.metadata?.deletionTimestamp).toBeDefined();
    await pods.update({ ...held, metadata: { ...held.metadata, finalizers: [] } });
    await expect(pods.get('a')).rejects.toMatchObject({ code: 404 });
  });

  it('gives a pod on a node its grace, others none', async () => {
    const client = createFakeClient([pod('free'), { ...pod('placed'), spec: { nodeName: 'n', containers: [] } }]);
    const pods = client.resource(PODS, 'default');
    await pods.delete('free');
    await pods.delete('placed');
    expect(client.objects(PODS).map(({ metadata }) => [metadata?.name, metadata?.deletionGracePeriodSeconds])).toEqual([['placed', 30]]);
    await expect(pods.delete('placed', { preconditions: { uid: 'another' } })).rejects.toMatchObject({ code: 409 });
    await pods.delete('placed', { gracePeriodSeconds: 0 });
    expect(client.objects(PODS)).toEqual([]);
  });

  it('ends a namespace only when it is finalized', async () => {
    const client = createFakeClient();
    const namespaces = client.resource(NAMESPACES);
    await namespaces.create({ metadata: { name: 'x' } });
    await namespaces.delete('x');
    const terminating = await namespaces.get('x');
    expect(terminating.status?.phase).toBe('Terminating');
    await namespaces.update({ ...terminating, spec: { finalizers: [] } }, { subresource: 'finalize' });
    expect(client.objects(NAMESPACES)).toEqual([]);
  });

  it('binds a pod once', async () => {
    const client = createFakeClient([pod('a')]);
    const pods = client.resource(PODS, 'default');
    const bind = (node: string) => pods.create({ metadata: { name: 'a' }, target: { kind: 'Node', name: node } } as never, { name: 'a', subresource: 'binding' });
    await bind('n1');
    expect((await pods.get('a')).spec?.nodeName).toBe('n1');
    await expect(bind('n2')).rejects.toMatchObject({ code: 409 });
  });

  it('lists by labels, fields and pages', async () => {
    const client = createFakeClient([pod('a', { app: 'x' }), pod('b', { app: 'y' }), { ...pod('c', { app: 'x' }), spec: { nodeName: 'n', containers: [] } }]);
    const names = async (query: object) => (await client.resource(PODS).list(query)).items.map(({ metadata }) => metadata?.name);
    expect(await names({ labelSelector: 'app=x' })).toEqual(['a', 'c']);
    expect(await names({ fieldSelector: 'spec.nodeName=n' })).toEqual(['c']);
    const first = await client.resource(PODS).list({ limit: 2 });
    expect(first.items[0]).toMatchObject({ kind: 'Pod', apiVersion: 'v1' });
    expect(await names({ limit: 2, continue: first.metadata.continue })).toEqual(['c']);
  });

  it('watches from a list on, with objects entering and leaving the selection', async () => {
    const client = createFakeClient([pod('a', { app: 'x' })]);
    const pods = client.resource(PODS, 'default');
    const { metadata } = await pods.list();
    const watch = watching(client, { resourceVersion: metadata.resourceVersion, labelSelector: 'app=x' });
    await pods.patch('a', 'application/merge-patch+json', { metadata: { labels: { app: 'y' } } });
    await pods.create(pod('b', { app: 'x' }));
    await pods.create(pod('c'));
    await pods.patch('a', 'application/merge-patch+json', { metadata: { labels: { app: 'x' } } });
    expect(await watch.next(3)).toEqual(['DELETED a', 'ADDED b', 'ADDED a']);
    client.bookmark();
    expect(await watch.next(1)).toEqual([`BOOKMARK ${client.resourceVersion}`]);
    client.endWatches();
    expect(await watch.end()).toEqual({ done: true, value: undefined });
  });

  it('begins a watch without a resourceVersion with what is there', async () => {
    const client = createFakeClient([pod('a'), pod('b')]);
    expect(await watching(client, {}).next(2)).toEqual(['ADDED a', 'ADDED b']);
  });

  it('refuses a watch from before its history', async () => {
    const client = createFakeClient([pod('a'), pod('b')]);
    client.compact();
    await expect(watching(client, { resourceVersion: '1' }).next(1)).rejects.toMatchObject({ code: 410, reason: 'Expired' });
  });

  it('fails what a test wants to fail, and tells what it was asked', async () => {
    const client = createFakeClient();
    client.failNext((request) => request.method === 'POST', newTooManyRequests('slowly', 1));
    await expect(client.resource(NODES).create({ metadata: { name: 'n' } })).rejects.toMatchObject({ code: 429 });
    await client.resource(NODES).create({ metadata: { name: 'n' } });
    expect(client.requests.map(({ method, resource }) => `${method} ${resource}`)).toEqual(['POST /nodes', 'POST /nodes']);
  });
});

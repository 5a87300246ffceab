import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { conformanceCluster, MERGE, STRATEGIC, WAIT, type ConformanceCluster } from '../kit/conformance-cluster.js';

let test: ConformanceCluster;
beforeAll(async () => {
  test = await conformanceCluster('namespaces');
});
afterAll(() => test?.dispose());

const at = (name: string): string => `/api/v1/namespaces/${name}`;
const spec = { containers: [{ name: 'c', image: 'nginx:1' }], terminationGracePeriodSeconds: 0 };
const gone = (path: string): Promise<void> => vi.waitFor(async () => expect((await test.ask('GET', path)).status).toBe(404), WAIT);

describe('[sig-api-machinery] Namespaces', () => {
  it.each([
    ['should ensure that all pods are removed when a namespace is deleted [Conformance] [Serial]', 'pods', { metadata: { name: 'test-pod' }, spec }],
    ['should ensure that all services are removed when a namespace is deleted [Conformance] [Serial]', 'services', { metadata: { name: 'test-service' }, spec: { ports: [{ port: 80 }], selector: { foo: 'bar' } } }],
  ])('%s', async (_name, plural, object) => {
    const namespace = await test.namespace();
    await test.ok('POST', `${at(namespace)}/${plural}`, object);
    await test.ok('DELETE', at(namespace));
    await gone(at(namespace));
    await test.ok('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    expect((await test.ok('GET', `${at(namespace)}/${plural}`)).items).toEqual([]);
  });

  it('should patch a Namespace [Conformance] [Serial]', async () => {
    const namespace = await test.namespace();
    await test.ok('PATCH', at(namespace), { metadata: { labels: { testLabel: 'testValue' } } }, STRATEGIC);
    expect((await test.ok('GET', at(namespace))).metadata.labels).toMatchObject({ testLabel: 'testValue', 'kubernetes.io/metadata.name': namespace });
  });

  it('should apply an update to a Namespace [Conformance] [Serial]', async () => {
    const namespace = await test.namespace();
    const object = await test.ok('GET', at(namespace));
    object.metadata.labels[namespace] = 'updated';
    expect((await test.ok('PUT', at(namespace), object)).metadata.labels[namespace]).toBe('updated');
  });

  it('should apply changes to a namespace status [Conformance] [Serial]', async () => {
    const namespace = await test.namespace();
    expect((await test.ok('GET', `${at(namespace)}/status`)).status.phase).toBe('Active');
    const condition = { type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test' };
    const patched = await test.ok('PATCH', `${at(namespace)}/status`, { metadata: { annotations: { 'e2e-patched-ns-status': namespace } }, status: { conditions: [condition] } }, MERGE);
    expect([patched.metadata.annotations, patched.status.conditions]).toMatchObject([{ 'e2e-patched-ns-status': namespace }, [condition]]);
    patched.status.conditions.push({ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Updated by an e2e test' });
    const updated = await test.ok('PUT', `${at(namespace)}/status`, patched);
    expect(updated.status.conditions.at(-1)).toMatchObject({ type: 'StatusUpdate', message: 'Updated by an e2e test' });
    expect(updated.status.phase).toBe('Active');
  });

  it('should apply a finalizer to a Namespace [Conformance] [Serial]', async () => {
    const namespace = await test.namespace();
    const finalizer = 'e2e.example.com/fakeFinalizer';
    const object = await test.ok('GET', at(namespace));
    object.spec.finalizers.push(finalizer);
    const held = await test.ok('PUT', `${at(namespace)}/finalize`, object);
    expect(held.spec.finalizers).toEqual(['kubernetes', finalizer]);
    held.spec.finalizers = ['kubernetes'];
    expect((await test.ok('PUT', `${at(namespace)}/finalize`, held)).spec.finalizers).toEqual(['kubernetes']);
  });
});

describe('[sig-api-machinery] OrderedNamespaceDeletion', () => {
  it('namespace deletion should delete pod first [Conformance]', async () => {
    const namespace = await test.namespace();
    await test.ok('POST', `${at(namespace)}/pods`, { metadata: { name: 'test-pod', finalizers: ['e2e.example.com/finalizer'] }, spec });
    await vi.waitFor(async () => expect((await test.ok('GET', `${at(namespace)}/pods/test-pod`)).status.phase).toBe('Running'), WAIT);
    await test.ok('POST', `${at(namespace)}/configmaps`, { metadata: { name: 'test-configmap' }, data: { key: 'value' } });
    await test.ok('DELETE', at(namespace));
    await vi.waitFor(async () => {
      const { status } = await test.ok('GET', at(namespace));
      expect(status.phase).toBe('Terminating');
      expect(status.conditions.map(({ type }: { type: string }) => type)).toContain('NamespaceDeletionContentFailure');
    }, WAIT);
    expect((await test.ask('GET', `${at(namespace)}/configmaps/test-configmap`)).status).toBe(200);
    expect((await test.ok('GET', `${at(namespace)}/pods/test-pod`)).metadata.deletionTimestamp).toBeDefined();
    await test.ok('PATCH', `${at(namespace)}/pods/test-pod`, { metadata: { finalizers: null } }, MERGE);
    await gone(at(namespace));
  });

  it('says in conditions what it waits for', async () => {
    const namespace = await test.namespace();
    await test.ok('POST', `${at(namespace)}/configmaps`, { metadata: { name: 'held', finalizers: ['example.com/keep'] } });
    await test.ok('DELETE', at(namespace));
    await vi.waitFor(async () => {
      const conditions = (await test.ok('GET', at(namespace))).status.conditions as { type: string; status: string; reason: string; message: string }[];
      const find = (wanted: string): object | undefined => conditions.find(({ type }) => type === wanted);
      expect(find('NamespaceContentRemaining')).toMatchObject({ status: 'True', reason: 'SomeResourcesRemain', message: 'Some resources are remaining: configmaps. has 1 resource instances' });
      expect(find('NamespaceFinalizersRemaining')).toMatchObject({ status: 'True', reason: 'SomeFinalizersRemain', message: 'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances' });
    }, WAIT);
    await test.ok('PATCH', `${at(namespace)}/configmaps/held`, { metadata: { finalizers: null } }, MERGE);
    await gone(at(namespace));
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { conformanceCluster, STRATEGIC, WAIT, type ConformanceCluster } from '../kit/conformance-cluster.js';

let test: ConformanceCluster;
beforeAll(async () => {
  test = await conformanceCluster('gc');
});
afterAll(() => test?.dispose());

interface Meta {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string; readonly ownerReferences?: readonly { readonly uid: string; readonly name: string }[] };
}

const spec = { containers: [{ name: 'nginx', image: 'nginx:1' }], terminationGracePeriodSeconds: 0 };
const rc = (name: string, replicas: number): object => ({ metadata: { name }, spec: { replicas, selector: { gctest: name }, template: { metadata: { labels: { gctest: name } }, spec } } });
const rcs = (namespace: string): string => `/api/v1/namespaces/${namespace}/replicationcontrollers`;
const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
const pods = async (namespace: string): Promise<Meta[]> => (await test.ok('GET', podsPath(namespace))).items as Meta[];
const remove = (path: string, { metadata: { name, uid } }: Meta, propagationPolicy: string): Promise<unknown> => test.ok('DELETE', `${path}/${name}`, { propagationPolicy, preconditions: { uid } });
const gone = (path: string): Promise<void> => vi.waitFor(async () => expect((await test.ask('GET', path)).status).toBe(404), WAIT);

async function rcWithPods(namespace: string, name: string, replicas: number): Promise<Meta> {
  const made = (await test.ok('POST', rcs(namespace), rc(name, replicas))) as Meta;
  await vi.waitFor(async () => expect((await test.ok('GET', `${rcs(namespace)}/${name}`)).status.replicas).toBe(replicas), WAIT);
  return made;
}

function deployment(name: string): object {
  return { metadata: { name }, spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec } } };
}

describe('[sig-api-machinery] Garbage collector', () => {
  it('should delete pods created by rc when not orphaning [Conformance]', async () => {
    const namespace = await test.namespace();
    const made = (await test.ok('POST', rcs(namespace), rc('simpletest.rc', 2))) as Meta;
    await vi.waitFor(async () => expect(await pods(namespace)).not.toEqual([]), WAIT);
    await remove(rcs(namespace), made, 'Background');
    await gone(`${rcs(namespace)}/simpletest.rc`);
    await vi.waitFor(async () => expect(await pods(namespace)).toEqual([]), WAIT);
  });

  it('should orphan pods created by rc if delete options say so [Conformance] [Serial]', async () => {
    const namespace = await test.namespace();
    const made = await rcWithPods(namespace, 'simpletest.rc', 20);
    await remove(rcs(namespace), made, 'Orphan');
    await gone(`${rcs(namespace)}/simpletest.rc`);
    const left = await pods(namespace);
    expect(left).toHaveLength(20);
    for (const { metadata } of left) expect([metadata.deletionTimestamp, metadata.ownerReferences ?? []]).toEqual([undefined, []]);
  });

  it('orphans pods of an rc whose deletion says nothing, as the first version of the API did', async () => {
    const namespace = await test.namespace();
    await rcWithPods(namespace, 'silent', 2);
    await test.ok('DELETE', `${rcs(namespace)}/silent`);
    await gone(`${rcs(namespace)}/silent`);
    expect(await pods(namespace)).toHaveLength(2);
  });

  it('should keep the rc around until all its pods are deleted if the deleteOptions says so [Conformance] [Serial]', async () => {
    const namespace = await test.namespace();
    const made = await rcWithPods(namespace, 'simpletest.rc', 20);
    await remove(rcs(namespace), made, 'Foreground');
    await vi.waitFor(async () => {
      // In this order: what the first answer says must still be true when the second is given.
      const { status } = await test.ask('GET', `${rcs(namespace)}/simpletest.rc`);
      const left = await pods(namespace);
      if (status === 404) expect(left).toEqual([]);
      expect(status).toBe(404);
    }, WAIT);
  });

  it('should delete RS created by deployment when not orphaning [Conformance]', async () => {
    const namespace = await test.namespace();
    const [path, sets] = ['deployments', 'replicasets'].map((plural) => `/apis/apps/v1/namespaces/${namespace}/${plural}`) as [string, string];
    const made = (await test.ok('POST', path, deployment('simpletest.deployment'))) as Meta;
    await vi.waitFor(async () => expect((await test.ok('GET', sets)).items).toHaveLength(1), WAIT);
    await remove(path, made, 'Background');
    await vi.waitFor(async () => expect([(await test.ok('GET', path)).items, (await test.ok('GET', sets)).items, await pods(namespace)]).toEqual([[], [], []]), WAIT);
  });

  it('should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan [Conformance]', async () => {
    const namespace = await test.namespace();
    const [path, sets] = ['deployments', 'replicasets'].map((plural) => `/apis/apps/v1/namespaces/${namespace}/${plural}`) as [string, string];
    const made = (await test.ok('POST', path, deployment('simpletest.deployment'))) as Meta;
    await vi.waitFor(async () => expect((await test.ok('GET', sets)).items).toHaveLength(1), WAIT);
    await remove(path, made, 'Orphan');
    await gone(`${path}/simpletest.deployment`);
    const [left] = (await test.ok('GET', sets)).items as Meta[];
    expect([left?.metadata.deletionTimestamp, left?.metadata.ownerReferences ?? []]).toEqual([undefined, []]);
  });

  it("should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Conformance] [Serial]", async () => {
    const namespace = await test.namespace();
    const going = await rcWithPods(namespace, 'simpletest-rc-to-be-deleted', 10);
    const staying = (await test.ok('POST', rcs(namespace), rc('simpletest-rc-to-stay', 0))) as Meta;
    const owner = { apiVersion: 'v1', kind: 'ReplicationController', name: staying.metadata.name, uid: staying.metadata.uid };
    const shared = (await pods(namespace)).slice(0, 5);
    for (const { metadata } of shared) await test.ok('PATCH', `${podsPath(namespace)}/${metadata.name}`, { metadata: { ownerReferences: [owner] } }, STRATEGIC);
    await remove(rcs(namespace), going, 'Foreground');
    await gone(`${rcs(namespace)}/simpletest-rc-to-be-deleted`);
    const left = await pods(namespace);
    expect(left.map(({ metadata }) => metadata.name).sort()).toEqual(shared.map(({ metadata }) => metadata.name).sort());
    for (const { metadata } of left) expect([metadata.deletionTimestamp, metadata.ownerReferences?.map(({ uid }) => uid)]).toEqual([undefined, [staying.metadata.uid]]);
  });

  it('should not be blocked by dependency circle [Conformance]', async () => {
    const namespace = await test.namespace();
    const made: Meta[] = [];
    for (const name of ['pod1', 'pod2', 'pod3']) made.push((await test.ok('POST', podsPath(namespace), { metadata: { name }, spec })) as Meta);
    for (const [index, { metadata }] of made.entries()) {
      const owner = made[(index + 2) % 3]!.metadata;
      const reference = { apiVersion: 'v1', kind: 'Pod', name: owner.name, uid: owner.uid, controller: true, blockOwnerDeletion: true };
      await test.ok('PATCH', `${podsPath(namespace)}/${metadata.name}`, { metadata: { ownerReferences: [reference] } }, STRATEGIC);
    }
    await remove(podsPath(namespace), made[0]!, 'Foreground');
    await vi.waitFor(async () => expect(await pods(namespace)).toEqual([]), WAIT);
  });
});

describe('owners that are none', () => {
  const configMaps = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
  const owned = (name: string, owner: object): object => ({ metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...owner }] } });

  it('of another namespace, of another uid or never there, do not keep an object', async () => {
    const [here, there] = [await test.namespace(), await test.namespace()];
    const elsewhere = (await test.ok('POST', configMaps(there), { metadata: { name: 'owner' } })) as Meta;
    const present = (await test.ok('POST', configMaps(here), { metadata: { name: 'present' } })) as Meta;
    await test.ok('POST', configMaps(here), owned('abroad', { name: 'owner', uid: elsewhere.metadata.uid }));
    await test.ok('POST', configMaps(here), owned('namesake', { name: 'present', uid: 'b6a2b3a0-0000-4000-8000-000000000000' }));
    await test.ok('POST', configMaps(here), owned('kept', { name: 'present', uid: present.metadata.uid }));
    await vi.waitFor(async () => {
      const names = ((await test.ok('GET', configMaps(here))).items as Meta[]).map(({ metadata }) => metadata.name);
      expect(names.sort()).toEqual(['kept', 'kube-root-ca.crt', 'present']);
    }, WAIT);
    expect((await test.ask('GET', `${configMaps(there)}/owner`)).status).toBe(200);
  });
});

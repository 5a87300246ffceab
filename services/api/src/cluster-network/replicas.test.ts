import { parseKey } from '@gantry/storage';
import type { LogEntry, MemoryStorage } from '@gantry/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi, TestApiOptions } from '../test-api.suite.js';
import { heldBy } from './service-holdings.js';
import type { Service } from './service-holdings.js';

const started: TestApi[] = [];
afterEach(async () => {
  for (const api of started.splice(0).reverse()) await api.stop();
});

async function replica(options: TestApiOptions): Promise<TestApi> {
  const api = await startTestApi(options);
  started.push(api);
  return api;
}

/** Room for 13 addresses besides the API's own, and for 6 node ports. */
const narrow = { serviceCidr: '10.96.0.0/28', nodePorts: { from: 30_000, to: 30_005 } };
const path = '/api/v1/namespaces/default/services';

async function replicas(): Promise<[TestApi, TestApi]> {
  const first = await replica({ network: narrow });
  return [first, await replica({ network: narrow, beside: first })];
}

function body(name: string, spec: object = {}): object {
  return { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
}

/** Plays the log back and compares, behind every write, what Services say that they hold with what is claimed for them. */
async function checkHistory(storage: MemoryStorage): Promise<number> {
  const { entries } = await storage.history(0, { limit: 1_000_000 });
  const services = new Map<string, Service>();
  const claims = new Set<string>();
  let writes = 0;
  for (const entry of entries) {
    apply(entry, services, claims);
    if (!entry.transactionLast) continue;
    writes++;
    const held = [...services.values()].map(heldBy).flatMap(({ addresses, ports }) => [...addresses, ...ports]);
    expect(held.toSorted(), `behind revision ${String(entry.revision)}`).toEqual([...claims].sort());
  }
  return writes;
}

function apply({ key, type, value }: LogEntry, services: Map<string, Service>, claims: Set<string>): void {
  const { resource, name } = parseKey(key);
  if (resource === 'ipaddresses' || resource === 'nodeports') {
    if (type === 'DELETED') claims.delete(name);
    else claims.add(name);
  } else if (resource === 'services') {
    if (type === 'DELETED') services.delete(key);
    else services.set(key, JSON.parse(Buffer.from(value).toString()) as Service);
  }
}

/** A generator whose numbers follow from its seed. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

describe('two replicas', () => {
  it('give every address once, and the whole range', async () => {
    const apis = await replicas();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => apis[i % 2]!.call('POST', path, body(`s${String(i)}`))));
    const given = answers.filter(({ status }) => status === 201).map((answer) => answer.body.spec.clusterIP as string);
    expect(given).toHaveLength(13);
    expect(new Set(given).size).toBe(13);
    for (const { body: refusal } of answers.filter(({ status }) => status !== 201)) {
      expect([refusal.code, refusal.message]).toEqual([500, 'Internal error occurred: failed to allocate a serviceIP: range is full']);
    }
    await checkHistory(apis[0].storage);
  });

  it('give one asker the address that many ask for', async () => {
    const apis = await replicas();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => apis[i % 2]!.call('POST', path, body(`s${String(i)}`, { clusterIP: '10.96.0.9' }))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(7);
  });

  it('give every node port once, and the whole range', async () => {
    const apis = await replicas();
    const answers = await Promise.all(Array.from({ length: 9 }, (_, i) => apis[i % 2]!.call('POST', path, body(`s${String(i)}`, { type: 'NodePort' }))));
    const given = answers.filter(({ status }) => status === 201).map((answer) => answer.body.spec.ports[0].nodePort as number);
    expect(given.toSorted()).toEqual([30_000, 30_001, 30_002, 30_003, 30_004, 30_005]);
    for (const { body: refusal } of answers.filter(({ status }) => status !== 201)) expect(refusal.message).toBe('Internal error occurred: failed to allocate a nodePort: range is full');
    await checkHistory(apis[0].storage);
  });

  it.each([1, 2, 3])('never hold anything twice or for nobody, whatever is asked of them at once (seed %i)', async (seed) => {
    const apis = await replicas();
    const pick = seeded(seed);
    const specs = [{}, { type: 'NodePort' }, { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, { type: 'ExternalName', externalName: 'example.com' }, { clusterIP: 'None' }, { clusterIP: '10.96.0.5' }, { type: 'NodePort', ports: [{ port: 80, nodePort: 30_002 }] }];
    const step = async (): Promise<void> => {
      const api = apis[pick(2)]!;
      const name = `s${String(pick(6))}`;
      const spec = specs[pick(specs.length)]!;
      const action = pick(4);
      const { status } = await (action === 0 ? api.call('DELETE', `${path}/${name}`) : action === 1 ? api.call('PATCH', `${path}/${name}`, { spec }, { 'content-type': 'application/merge-patch+json' }) : api.call('POST', path, body(name, spec)));
      expect([200, 201, 404, 409, 422, 500]).toContain(status);
    };
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 25; i++) await step();
    }));
    expect(await checkHistory(apis[0].storage)).toBeGreaterThan(20);
    await apis[1].call('DELETE', `${path}/kubernetes`);
    await Promise.all([0, 1, 2, 3, 4, 5].map((i) => apis[i % 2]!.call('DELETE', `${path}/s${String(i)}`)));
    for (const prefix of ['-/nodeports/', 'networking.k8s.io/ipaddresses/']) expect((await apis[0].storage.list(prefix)).items).toEqual([]);
  });
});

describe('the endpoints of the API', () => {
  const at = (address: string): TestApiOptions => ({ network: { advertise: { address, port: 6443 } } });
  const addresses = async (api: TestApi): Promise<string[][]> => {
    const slice = await api.call('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes');
    const endpoints = await api.call('GET', '/api/v1/namespaces/default/endpoints/kubernetes');
    return [slice.body.endpoints.flatMap((endpoint: { addresses: string[] }) => endpoint.addresses), endpoints.body.subsets[0].addresses.map(({ ip }: { ip: string }) => ip)];
  };

  it('are all replicas, and one that stops takes its own away', async () => {
    const first = await replica(at('192.0.2.1'));
    const second = await startTestApi({ ...at('192.0.2.2'), beside: first });
    expect(await addresses(first)).toEqual([['192.0.2.1', '192.0.2.2'], ['192.0.2.1', '192.0.2.2']]);
    await second.stop();
    expect(await addresses(first)).toEqual([['192.0.2.1'], ['192.0.2.1']]);
  });

  it('lose a replica that died as soon as another looks', async () => {
    const first = await replica(at('192.0.2.1'));
    const { items: [dead] } = await first.storage.list('-/apiservers/');
    await first.storage.write([{ type: 'delete', key: dead!.key, expectedRevision: dead!.revision }]);
    await replica({ ...at('192.0.2.2'), beside: first });
    expect(await addresses(first)).toEqual([['192.0.2.2'], ['192.0.2.2']]);
  });

  it('stay when the last replica stops', async () => {
    const first = await replica({});
    const only = await startTestApi({ ...at('192.0.2.1'), beside: first });
    await only.stop();
    expect(await addresses(first)).toEqual([['192.0.2.1'], ['192.0.2.1']]);
  });
});

describe('a Service of the cluster itself', () => {
  it('whose address another has does not keep a replica from serving', async () => {
    const first = await replica({});
    expect((await first.call('POST', path, body('mine', { clusterIP: '10.96.0.10' }))).status).toBe(201);
    const second = await replica({ beside: first, network: { clusterDns: '10.96.0.10' } });
    expect((await second.call('GET', '/api/v1/namespaces/kube-system/services/kube-dns')).status).toBe(404);
  });

  it('comes back at the next start, and says again what it must', async () => {
    const first = await replica({ network: { advertise: { address: '192.0.2.1', port: 6443 } } });
    await first.call('DELETE', `${path}/kubernetes`);
    await replica({ beside: first });
    expect((await first.call('GET', `${path}/kubernetes`)).body.spec.clusterIP).toBe('10.96.0.1');
    await first.call('PATCH', `${path}/kubernetes`, { spec: { ports: [{ port: 444 }] } }, { 'content-type': 'application/merge-patch+json' });
    await replica({ beside: first });
    expect((await first.call('GET', `${path}/kubernetes`)).body.spec.ports).toMatchObject([{ name: 'https', port: 443, targetPort: 6443 }]);
  });
});

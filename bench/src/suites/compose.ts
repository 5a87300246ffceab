import { setTimeout as delay } from 'node:timers/promises';
import { createClient, createHttpsTransport, NODES, type Client } from '@gantry/client';
import { startClusterUnderTest, type Endpoint } from '../cluster-under-test.js';
import { composeReason, prepareCompose, type ComposeUnderTest } from '../compose-under-test.js';
import type { Figure } from '../figure.js';
import { cpuMicroseconds } from '../load/cpu.js';
import { runLoad, tlsSender, type LoadOptions, type LoadResult } from '../load/http-load.js';
import { podBody, PODS_PATH } from '../load/pods.js';
import { cpuByService, memoryByService, used } from '../load/services.js';
import { paced, Watchers } from '../load/watchers.js';
import { percentile } from '../report/statistics.js';

const STARTS = 3;
const NODE_COUNT = 2;
const READY_MS = 180_000;
const SETTLE_MS = 15_000;
const IDLE_MS = 20_000;
const CONNECTIONS = 64;
const COUNT = 20_000;
const WARM_UP = 3000;
/** Writes a second, and for how many seconds, of which the way to a watcher is measured. */
const PACE = { rate: 200, seconds: 5 };
const REPLICAS = [2, 1] as const;
/** Standalone's own process, and with all that it began: Postgres and the node. */
const OWN = 'own';
const WHOLE = 'whole';

interface Loaded extends LoadResult {
  /** Microseconds of CPU a write, by service. */
  readonly cpu: ReadonlyMap<string, number>;
  /** Milliseconds from the request to the event, p50 and p99, and to the answer. */
  readonly event: { readonly p50: number; readonly p99: number };
}

/** Microseconds of CPU used until now, by what used it. */
type Cpu = () => Promise<ReadonlyMap<string, number>>;

/** Services of Compose with TLS through the balancer, two nodes, 2 KB pods; clients, services and nodes share the cores. The same load on standalone is measured in the same run. */
export async function compose(say: (text: string) => void): Promise<Figure[]> {
  const reason = await composeReason();
  if (reason !== undefined) {
    say(`skipped: ${reason}`);
    return [];
  }
  const standalone = await ofStandalone(say);
  const figures: Figure[] = [];
  for (const replicas of REPLICAS) figures.push(...(await ofReplicas(replicas, standalone, say)));
  return figures;
}

async function ofStandalone(say: (text: string) => void): Promise<Loaded> {
  const cluster = await startClusterUnderTest();
  try {
    const cpu: Cpu = async () => new Map([[OWN, cpuMicroseconds(cluster.pid)], ...(await cpuByService(new Map([[WHOLE, [cluster.pid]]])))]);
    return await underLoad(cluster.endpoint, cpu, 'standalone', say);
  } finally {
    await cluster.dispose();
  }
}

async function ofReplicas(replicas: number, standalone: Loaded, say: (text: string) => void): Promise<Figure[]> {
  const form = `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
  say(`${form}: images, and ${STARTS} starts from nothing`);
  const under = await prepareCompose(replicas);
  try {
    const starts = await timesToReady(under);
    const pids = await under.pids();
    await delay(SETTLE_MS);
    const memory = await memoryByService(pids);
    say(`${form}: ${IDLE_MS / 1000} s with nothing to do`);
    const before = await cpuByService(pids);
    await delay(IDLE_MS);
    const idle = used(before, await cpuByService(pids));
    const loaded = await underLoad(await under.endpoint(), () => cpuByService(pids), form, say);
    const after = await memoryByService(pids);
    return [{ measure: `${form}: up to ${NODE_COUNT} nodes Ready, p50`, value: percentile(starts, 0.5), unit: 'ms' }, ...ofServices(form, memory, after, idle), ...ofLoad(form, loaded, standalone)];
  } finally {
    await under.dispose();
  }
}

/** Every start begins with no volumes; the last one stays up. */
async function timesToReady(under: ComposeUnderTest): Promise<number[]> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    await under.down();
    const began = performance.now();
    await under.up();
    const client = clientOf(await under.endpoint());
    await untilReady(client, began + READY_MS);
    times.push(performance.now() - began);
    await client.close();
  }
  return times;
}

async function untilReady(client: Client, deadline: number): Promise<void> {
  for (;;) {
    const nodes = await client.resource(NODES).list().then(({ items }) => items, () => []);
    if (nodes.filter(({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')).length >= NODE_COUNT) return;
    if (performance.now() > deadline) throw new Error(`${NODE_COUNT} nodes were not Ready within ${READY_MS / 1000} s`);
    await delay(20);
  }
}

function clientOf({ port, ca, cert, key }: Endpoint): Client {
  return createClient(createHttpsTransport({ server: `https://127.0.0.1:${port}`, ca, cert, key }));
}

async function underLoad(endpoint: Endpoint, cpuNow: Cpu, prefix: string, say: (text: string) => void): Promise<Loaded> {
  const sender = tlsSender(endpoint, CONNECTIONS);
  const name = prefix.replaceAll(' ', '-');
  try {
    await runLoad(sender.send, { connections: CONNECTIONS, count: WARM_UP, make: creates(`${name}-warm`) });
    say(`${prefix}: ${COUNT} creates from ${CONNECTIONS} clients`);
    const before = await cpuNow();
    const result = await runLoad(sender.send, { connections: CONNECTIONS, count: COUNT, make: creates(name) });
    const cpu = used(before, await cpuNow());
    if (result.failures > 0) throw new Error(`${result.failures} writes failed`);
    const watchers = new Watchers(endpoint, 1);
    await watchers.open();
    const { toEvent } = await paced(sender.send, watchers, `${name}-paced`, PACE.rate, PACE.seconds);
    watchers.close();
    return { ...result, cpu: new Map([...cpu].map(([service, spent]) => [service, spent / COUNT])), event: { p50: percentile(toEvent, 0.5), p99: percentile(toEvent, 0.99) } };
  } finally {
    sender.close();
  }
}

function ofServices(form: string, memory: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, idle: ReadonlyMap<string, number>): Figure[] {
  const rows = [...memory].flatMap(([service, megabytes]): Figure[] => [
    { measure: `${form}: memory, ${service}`, value: megabytes, unit: 'MB' },
    { measure: `${form}: memory after ${COUNT} creates, ${service}`, value: after.get(service) ?? 0, unit: 'MB', floor: { name: 'idle', value: megabytes } },
    { measure: `${form}: CPU with nothing to do, ${service}`, value: (idle.get(service) ?? 0) / 1000 / (IDLE_MS / 1000), unit: 'ms/s' },
  ]);
  return [...rows, { measure: `${form}: memory, all`, value: [...memory.values()].reduce((sum, value) => sum + value, 0), unit: 'MB' }];
}

function ofLoad(form: string, loaded: Loaded, standalone: Loaded): Figure[] {
  const floor = (value: number): Figure['floor'] => ({ name: 'standalone', value });
  const cpu = (...services: string[]): number => services.reduce((sum, service) => sum + (loaded.cpu.get(service) ?? 0), 0);
  return [
    { measure: `${form}: creates, ${CONNECTIONS} clients`, value: loaded.perSecond, unit: '/s', floor: floor(standalone.perSecond) },
    { measure: `${form}: p50`, value: loaded.p50, unit: 'ms', floor: floor(standalone.p50) },
    { measure: `${form}: p99`, value: loaded.p99, unit: 'ms', floor: floor(standalone.p99) },
    { measure: `${form}: request to event at ${PACE.rate}/s, p50`, value: loaded.event.p50, unit: 'ms', floor: floor(standalone.event.p50) },
    { measure: `${form}: request to event at ${PACE.rate}/s, p99`, value: loaded.event.p99, unit: 'ms', floor: floor(standalone.event.p99) },
    { measure: `${form}: CPU a write, api + store`, value: cpu('api', 'store'), unit: 'µs', floor: floor(standalone.cpu.get(OWN) ?? 0) },
    { measure: `${form}: CPU a write, all services`, value: cpu(...loaded.cpu.keys()), unit: 'µs', floor: { name: 'standalone with Postgres', value: standalone.cpu.get(WHOLE) ?? 0 } },
    ...[...loaded.cpu].map(([service, value]): Figure => ({ measure: `${form}: CPU a write, ${service}`, value, unit: 'µs' })),
  ];
}

function creates(prefix: string): LoadOptions['make'] {
  return (index) => ({ method: 'POST', path: PODS_PATH, body: podBody(`${prefix}-${index}`) });
}

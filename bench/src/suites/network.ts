import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { coreV1 } from '@gantry/api-types';
import { createClient, createHttpsTransport, PODS, SERVICES, type Client } from '@gantry/client';
import { startClusterUnderTest, type ClusterUnderTest } from '../cluster-under-test.js';
import type { Figure } from '../figure.js';
import { createBareBridge, pidOf, type BareBridge } from '../load/bare-bridge.js';
import { roundTrips, serveIn, throughput, type EchoServer, type Path } from '../load/network-path.js';
import { percentile } from '../report/statistics.js';

const execute = promisify(execFile);
const IMAGE = 'busybox:1.36';
const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
const PORT = 8080;
const ROUNDS = 5;
const ROUND_TRIPS = 4_000;
const STREAM_MS = 1_500;
const READY_MS = 60_000;

/** Where each pod is; the client is the first. */
const PLACES = { client: 'node-1', near: 'node-1', far: 'node-2' } as const;

/** Pod to pod on one node and across two, directly and through a Service. The floor is the way between two containers on a plain Docker bridge. */
export async function network(say: (text: string) => void): Promise<Figure[]> {
  const reason = await cannotRun();
  if (reason !== undefined) {
    say(`skipped: ${reason}`);
    return [];
  }
  const bare = await createBareBridge(IMAGE);
  try {
    const cluster = await startClusterUnderTest('docker', 2);
    const { port, ...tls } = cluster.endpoint;
    const client = createClient(createHttpsTransport({ server: `https://127.0.0.1:${port}`, ...tls }));
    try {
      return await measure(bare, cluster, client, say);
    } finally {
      await client.close();
      await cluster.dispose();
    }
  } finally {
    await bare.dispose();
  }
}

async function measure(bare: BareBridge, cluster: ClusterUnderTest, client: Client, say: (text: string) => void): Promise<Figure[]> {
  const pods = await startPods(client, cluster.name);
  const [from, to] = bare.containers;
  const servers: EchoServer[] = [];
  try {
    for (const pid of [to.pid, pods.near.pid, pods.far.pid]) servers.push(await serveIn(pid, PORT));
    const path = (name: string, address: string): Path => ({ name, from: pods.client.pid, address, port: PORT });
    const paths = [
      { name: 'bare bridge', from: from.pid, address: to.address, port: PORT },
      path('pod to pod, one node', pods.near.address),
      path('pod to pod, across nodes', pods.far.address),
      path('through a Service, one node', await serviceOf(client, 'near')),
      path('through a Service, across nodes', await serviceOf(client, 'far')),
    ];
    await Promise.all(paths.map(reached));
    return await compare(paths, say);
  } finally {
    await Promise.all(servers.map((server) => server.end()));
  }
}

/** In turn, so that what else the machine does meets all of them. */
async function compare(paths: readonly Path[], say: (text: string) => void): Promise<Figure[]> {
  const latencies = new Map<string, number[]>(paths.map(({ name }) => [name, []]));
  const rates = new Map<string, number[]>(paths.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    say(`round ${round + 1} of ${ROUNDS}: ${ROUND_TRIPS} round trips and ${STREAM_MS} ms of one stream, each way`);
    for (const path of paths) {
      const samples = await roundTrips(path, ROUND_TRIPS);
      // The first ones meet code that was never run.
      latencies.get(path.name)?.push(...samples.slice(ROUND_TRIPS / 4));
      rates.get(path.name)?.push((await throughput(path, STREAM_MS)) / 1e9);
    }
  }
  const [floor, ...measured] = paths.map(({ name }) => name) as [string, ...string[]];
  const lines = (measure: string, unit: string, of: (name: string) => number): Figure[] =>
    measured.map((name) => ({ measure: `${name}, ${measure}`, value: of(name), unit, floor: { name: floor, value: of(floor) } }));
  return [
    ...lines('round trip p50', 'µs', (name) => percentile(latencies.get(name) ?? [], 0.5)),
    ...lines('round trip p99', 'µs', (name) => percentile(latencies.get(name) ?? [], 0.99)),
    ...lines('one stream', 'Gbit/s', (name) => percentile(rates.get(name) ?? [], 0.5)),
  ];
}

type Pods = Record<keyof typeof PLACES, { readonly pid: number; readonly address: string }>;

async function startPods(client: Client, cluster: string): Promise<Pods> {
  const resource = client.resource<coreV1.Pod>(PODS, 'default');
  const names = Object.keys(PLACES) as (keyof typeof PLACES)[];
  await Promise.all(names.map((name) => resource.create(podOf(name))));
  const entries = names.map(async (name) => {
    const address = await eventually(async () => (await resource.get(name)).status?.podIP, `the pod ${name} had no address`);
    const filters = [`io.gantry.cluster=${cluster}`, `io.gantry.pod.name=${name}`, 'io.gantry.type=container'].flatMap((label) => ['--filter', `label=${label}`]);
    const id = await eventually(async () => (await execute('docker', ['ps', '-q', ...filters])).stdout.trim() || undefined, `the pod ${name} did not run`);
    return [name, { pid: await pidOf(id), address }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Pods;
}

function podOf(name: keyof typeof PLACES): coreV1.Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { name } },
    spec: { nodeName: PLACES[name], terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: IMAGE, command: ['sleep', '3600'] }] },
  };
}

/** Address of a new Service of one pod, with both ports. */
async function serviceOf(client: Client, name: string): Promise<string> {
  const ports = [{ name: 'echo', port: PORT }, { name: 'stream', port: PORT + 1 }];
  const made = await client.resource<coreV1.Service>(SERVICES, 'default').create({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { name }, ports } });
  return made.spec?.clusterIP ?? '';
}

/** Resolves when both ports answer: the rules of a Service come a moment after it. */
async function reached(path: Path): Promise<void> {
  for (const port of [path.port, path.port + 1]) {
    await eventually(() => roundTripOrNothing({ ...path, port }), `${path.name} was not reached`);
  }
}

async function roundTripOrNothing(path: Path): Promise<true | undefined> {
  const answers = path.port === PORT ? roundTrips(path, 1) : throughput({ ...path, port: path.port - 1 }, 1);
  return answers.then(() => true as const, () => undefined);
}

async function eventually<T>(attempt: () => Promise<T | undefined>, problem: string): Promise<T> {
  const end = performance.now() + READY_MS;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${problem} within ${READY_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function cannotRun(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'real pods need Linux and root';
  try {
    await execute('docker', ['image', 'inspect', IMAGE, PAUSE_IMAGE]);
    return undefined;
  } catch {
    return `no Docker engine answers that has ${IMAGE} and ${PAUSE_IMAGE}`;
  }
}

import { join } from 'node:path';
import { placesOf } from '@gantry/cluster/lifecycle';
import type { ClusterUnderTest } from '../cluster-under-test.js';
import { startClusterUnderTest } from '../cluster-under-test.js';
import type { Figure } from '../figure.js';
import type { Floor } from '../floors/start-floor.js';
import { startFloor } from '../floors/start-floor.js';
import { cpuMicroseconds } from '../load/cpu.js';
import { runLoad, tlsSender } from '../load/http-load.js';
import type { LoadResult } from '../load/http-load.js';
import { residentMegabytes } from '../load/memory.js';
import { podBody, PODS_PATH } from '../load/pods.js';
import { probe } from '../load/probe.js';
import { rawTlsLoad } from '../load/raw-tls-load.js';

const PODS = 10_000;
const CONNECTIONS = 32;
const GETS = 40_000;
const WARM_UP = 10_000;
const LISTS = 15;
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const METADATA = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

interface Measured extends LoadResult {
  /** Microseconds of CPU a request of the serving process. */
  readonly cpu: number;
}

/** What is listed: how it is asked for and in which form. */
const LISTINGS = [
  ['JSON, from the cache', '?resourceVersion=0', undefined],
  ['JSON, newest', '', undefined],
  ['protobuf, from the cache', '?resourceVersion=0', PROTOBUF],
  ['Table, from the cache', '?resourceVersion=0', TABLE],
  ['metadata alone, from the cache', '?resourceVersion=0', METADATA],
  ['a page of 500, JSON, newest', '?limit=500', undefined],
  ['a page of 500, Table, newest', '?limit=500', TABLE],
] as const;

/** Standalone, TLS with kept connections, HTTP/1.1; the load shares the cores. Floors are servers of the same run whose bytes are ready. */
export async function apiReads(say: (text: string) => void): Promise<Figure[]> {
  const cluster = await startClusterUnderTest();
  try {
    const sender = tlsSender(cluster.endpoint, 64);
    say(`creating ${PODS} pods`);
    await runLoad(sender.send, { connections: 64, count: PODS, make: (index) => ({ method: 'POST', path: PODS_PATH, body: podBody(`pod-${index}`) }) });
    sender.close();
    const filled = await residentMegabytes(cluster.pid);
    const figures = [...(await gets(cluster, say)), ...(await lists(cluster, say))];
    const listed = await residentMegabytes(cluster.pid);
    return [
      ...figures,
      { measure: `memory of the control plane after ${PODS} creates, without Postgres`, value: filled.own, unit: 'MB' },
      { measure: 'the same after all reads', value: listed.own, unit: 'MB' },
    ];
  } finally {
    await cluster.dispose();
  }
}

async function gets(cluster: ClusterUnderTest, say: (text: string) => void): Promise<Figure[]> {
  const path = `${PODS_PATH}/pod-5000`;
  say(`${GETS} gets of one object, from the cache, then as new as the request`);
  const cached = await measure(cluster, cluster.pid, `${path}?resourceVersion=0`);
  const newest = await measure(cluster, cluster.pid, path);
  const floor = await startPrepared(cluster, newest.bytes / GETS);
  const bare = await measure({ endpoint: { ...cluster.endpoint, port: floor.port } }, floor.pid, path);
  await floor.stop();
  const beside = (value: number): Figure['floor'] => ({ name: 'prepared bytes, TLS', value });
  return ([['from the cache', cached], ['newest', newest]] as const).flatMap(([name, { perSecond, p99, cpu }]) => [
    { measure: `GET one object, ${name}`, value: perSecond, unit: '/s', floor: beside(bare.perSecond) },
    { measure: `GET one object, ${name}, p99`, value: p99, unit: 'ms', floor: beside(bare.p99) },
    { measure: `GET one object, ${name}, CPU`, value: cpu, unit: 'µs', floor: beside(bare.cpu) },
  ]);
}

async function lists(cluster: ClusterUnderTest, say: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, query, accept] of LISTINGS) {
    say(`${LISTS} lists: ${name}`);
    const request = { path: PODS_PATH + query, ...(accept !== undefined && { accept }) };
    await rawTlsLoad(cluster.endpoint, request, 1, 3);
    const sender = tlsSender(cluster.endpoint, 1);
    const probing = probe(sender.send);
    const { p50, p99, bytes } = await rawTlsLoad(cluster.endpoint, request, 1, LISTS);
    const longest = Math.max(...(await probing.stop()));
    sender.close();
    const floor = await startPrepared(cluster, bytes / LISTS);
    const bare = await rawTlsLoad({ ...cluster.endpoint, port: floor.port }, request, 1, LISTS);
    await floor.stop();
    figures.push(
      { measure: `LIST ${PODS} pods: ${name}, p50`, value: p50, unit: 'ms', floor: { name: 'prepared bytes, TLS', value: bare.p50 } },
      { measure: `LIST ${PODS} pods: ${name}, p99`, value: p99, unit: 'ms', floor: { name: 'prepared bytes, TLS', value: bare.p99 } },
      { measure: `longest /readyz beside it`, value: longest, unit: 'ms' },
    );
  }
  return figures;
}

function startPrepared({ home, name }: ClusterUnderTest, bytes: number): Promise<Floor> {
  const { certificates } = placesOf(home, name);
  return startFloor('prepared-answer', [join(certificates, 'api.crt'), join(certificates, 'api.key'), String(Math.round(bytes))]);
}

async function measure({ endpoint }: Pick<ClusterUnderTest, 'endpoint'>, pid: number, path: string): Promise<Measured> {
  await rawTlsLoad(endpoint, { path }, CONNECTIONS, WARM_UP);
  const before = cpuMicroseconds(pid);
  const result = await rawTlsLoad(endpoint, { path }, CONNECTIONS, GETS);
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  return { ...result, cpu: (cpuMicroseconds(pid) - before) / GETS };
}

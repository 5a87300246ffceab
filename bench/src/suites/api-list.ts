import { join } from 'node:path';
import { placesOf } from '@gantry/cluster/lifecycle';
import type { Figure } from '../figure.js';
import { startClusterUnderTest, type ClusterUnderTest } from '../cluster-under-test.js';
import { startFloor } from '../floors/start-floor.js';
import { runLoad, tlsSender, type LoadResult, type Send } from '../load/http-load.js';
import { peakMegabytes, restartPeak } from '../load/memory.js';
import { podBody } from '../load/pods.js';
import { probe } from '../load/probe.js';
import { percentile } from '../report/statistics.js';

const PODS = 10_000;
const LISTS = 40;
/** Other forms are made of the parsed objects. */
const FORMS = [
  { name: 'protobuf', accept: 'application/vnd.kubernetes.protobuf' },
  { name: 'Table', accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  { name: 'metadata', accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
];
const LISTS_OF_A_FORM = 10;
const PATH = '/api/v1/namespaces/default/pods';

/** Standalone, TLS, one client lists; a second one sends small requests all the while, to see the loop blocked. */
export async function apiList(say: (text: string) => void): Promise<Figure[]> {
  const cluster = await startClusterUnderTest();
  try {
    const sender = tlsSender(cluster.endpoint, 64);
    say(`creating ${PODS} pods`);
    await runLoad(sender.send, { connections: 64, count: PODS, make: (index) => ({ method: 'POST', path: PATH, body: podBody(`pod-${index}`) }) });
    say(`${LISTS} lists`);
    await lists(sender.send, 5);
    const json = await measured(cluster, sender.send, LISTS);
    const { listed } = json;
    const others: Figure[] = [];
    for (const { name, accept } of FORMS) others.push(...formFigures(name, await measured(cluster, sender.send, LISTS_OF_A_FORM, accept)));
    sender.close();
    const certificates = placesOf(cluster.home, cluster.name).certificates;
    const floor = await startFloor('prepared-answer', [join(certificates, 'api.crt'), join(certificates, 'api.key'), String(listed.bytes / LISTS)]);
    const bare = tlsSender({ ...cluster.endpoint, port: floor.port }, 2);
    const floorListed = await lists(bare.send, LISTS);
    bare.close();
    await floor.stop();
    return [...figures(json, floorListed), ...others];
  } finally {
    await cluster.dispose();
  }
}

/** Lists one after another, what a small request beside them takes, and what memory the control plane has at most meanwhile. */
interface Measured {
  readonly listed: LoadResult;
  readonly probes: readonly number[];
  readonly addedMegabytes: number;
}

async function measured({ pid }: ClusterUnderTest, send: Send, count: number, accept?: string): Promise<Measured> {
  const before = restartPeak(pid);
  const probing = probe(send);
  const listed = await lists(send, count, accept);
  return { listed, probes: await probing.stop(), addedMegabytes: peakMegabytes(pid) - before };
}

function formFigures(form: string, { listed, probes }: Measured): Figure[] {
  return [
    { measure: `LIST ${PODS} pods, ${form}, p50`, value: listed.p50, unit: 'ms' },
    { measure: `/readyz beside it, ${form}, longest`, value: Math.max(...probes), unit: 'ms' },
  ];
}

function figures({ listed, probes, addedMegabytes }: Measured, floorListed: LoadResult): Figure[] {
  const floor = (value: number): Figure['floor'] => ({ name: 'prepared bytes, TLS', value });
  return [
    { measure: 'size of one answer', value: listed.bytes / LISTS / 1e6, unit: 'MB' },
    { measure: `LIST ${PODS} pods, p50`, value: listed.p50, unit: 'ms', floor: floor(floorListed.p50) },
    { measure: `LIST ${PODS} pods, p99`, value: listed.p99, unit: 'ms', floor: floor(floorListed.p99) },
    { measure: '/readyz beside it, p50', value: percentile(probes, 0.5), unit: 'ms' },
    { measure: '/readyz beside it, longest', value: Math.max(...probes), unit: 'ms' },
    { measure: 'memory that lists add at most', value: addedMegabytes, unit: 'MB' },
  ];
}

function lists(send: Send, count: number, accept?: string): Promise<LoadResult> {
  return runLoad(send, { connections: 1, count, make: () => ({ method: 'GET', path: `${PATH}?resourceVersion=0`, ...(accept !== undefined && { accept }) }) });
}

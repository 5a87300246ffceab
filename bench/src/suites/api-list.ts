import { join } from 'node:path';
import { placesOf } from '@gantry/cluster/lifecycle';
import type { Figure } from '../figure.js';
import { startClusterUnderTest } from '../cluster-under-test.js';
import { startFloor } from '../floors/start-floor.js';
import { runLoad, tlsSender, type LoadResult, type Send } from '../load/http-load.js';
import { podBody } from '../load/pods.js';
import { probe } from '../load/probe.js';
import { percentile } from '../report/statistics.js';

const PODS = 10_000;
const LISTS = 40;
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
    const probing = probe(sender.send);
    const listed = await lists(sender.send, LISTS);
    const probes = await probing.stop();
    sender.close();
    const certificates = placesOf(cluster.home, cluster.name).certificates;
    const floor = await startFloor('prepared-answer', [join(certificates, 'api.crt'), join(certificates, 'api.key'), String(listed.bytes / LISTS)]);
    const bare = tlsSender({ ...cluster.endpoint, port: floor.port }, 2);
    const floorListed = await lists(bare.send, LISTS);
    bare.close();
    await floor.stop();
    return figures(listed, floorListed, probes);
  } finally {
    await cluster.dispose();
  }
}

function figures(listed: LoadResult, floorListed: LoadResult, probes: readonly number[]): Figure[] {
  const floor = (value: number): Figure['floor'] => ({ name: 'prepared bytes, TLS', value });
  return [
    { measure: 'size of one answer', value: listed.bytes / LISTS / 1e6, unit: 'MB' },
    { measure: `LIST ${PODS} pods, p50`, value: listed.p50, unit: 'ms', floor: floor(floorListed.p50) },
    { measure: `LIST ${PODS} pods, p99`, value: listed.p99, unit: 'ms', floor: floor(floorListed.p99) },
    { measure: '/readyz beside it, p50', value: percentile(probes, 0.5), unit: 'ms' },
    { measure: '/readyz beside it, longest', value: Math.max(...probes), unit: 'ms' },
  ];
}

function lists(send: Send, count: number): Promise<LoadResult> {
  return runLoad(send, { connections: 1, count, make: () => ({ method: 'GET', path: `${PATH}?resourceVersion=0` }) });
}

import type { Endpoint } from '../cluster-under-test.js';
import { openSession, runningPod } from '../load/exec-sessions.js';
import { podBody, PODS_PATH } from '../load/pods.js';
import { rawTlsLoad } from '../load/raw-tls-load.js';
import type { RawRequest } from '../load/raw-tls-load.js';
import { Watchers } from '../load/watchers.js';

/** Pods that there are from the start. */
export const PODS = 2000;
const CONNECTIONS = 32;
const PAGE = 100;
const WATCHERS = 100;

/** One kind of request, asked so often a round. */
export interface Measured {
  readonly name: string;
  readonly count: number;
  /** What has to be done before each round, unmeasured. */
  readonly prepare?: (endpoint: Endpoint, round: number) => Promise<void>;
  readonly run: (endpoint: Endpoint, round: number) => Promise<void>;
}

type Made = (index: number, round: number) => RawRequest;

const podPath = (index: number): string => `${PODS_PATH}/pod-${String(index % PODS)}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const labelled = (index: number, round: number): object => ({ metadata: { labels: { measured: `${String(round)}-${String(index)}` } } });

/** Sends requests that must all succeed. */
export async function sendAll(endpoint: Pick<Endpoint, 'port'> & Partial<Endpoint>, request: RawRequest | ((index: number) => RawRequest), count: number): Promise<void> {
  const { failures } = await rawTlsLoad(endpoint, request, CONNECTIONS, count);
  if (failures > 0) throw new Error(`${String(failures)} of ${String(count)} requests failed`);
}

function requests(name: string, count: number, make: Made, prepare?: Measured['prepare']): Measured {
  return { name, count, ...(prepare && { prepare }), run: (endpoint, round) => sendAll(endpoint, (index) => make(index, round), count) };
}

function patches(name: string, contentType: string, bodyOf: (index: number, round: number) => unknown, query = '', path = podPath): Measured {
  return requests(name, 1000, (index, round) => ({ method: 'PATCH', path: path(index) + query, body: json(bodyOf(index, round)), contentType }));
}

/** Creates pods for a round of deletes. */
function fill(prefix: string, count: number, labels?: (round: number) => string): NonNullable<Measured['prepare']> {
  return (endpoint, round) => sendAll(endpoint, (index) => ({ method: 'POST', path: PODS_PATH, body: podBody(`${prefix}-${String(round)}-${String(index)}`, labels && { batch: labels(round) }) }), count);
}

interface Pod {
  readonly metadata: { labels: Record<string, string>; resourceVersion?: string };
  readonly status: object;
}

/** The pods as a client that has read them would write them back: without a revision, so that nobody is in its way. */
async function readPods(endpoint: Endpoint, into: Pod[]): Promise<void> {
  into.length = 0;
  const { items } = JSON.parse(await readText(endpoint, `${PODS_PATH}?resourceVersion=0`)) as { items: Pod[] };
  into.push(...items.filter(({ metadata }) => metadata.labels?.['app'] === 'bench'));
  for (const { metadata } of into) delete metadata.resourceVersion;
}

function updates(name: string, subresource: string, change: (pod: Pod, index: number, round: number) => object): Measured {
  const pods: Pod[] = [];
  const make: Made = (index, round) => {
    const pod = pods[index]! as Pod & { metadata: { name: string } };
    return { method: 'PUT', path: `${PODS_PATH}/${pod.metadata.name}${subresource}`, body: json(change(pod, index, round)) };
  };
  return requests(name, 1000, make, (endpoint) => readPods(endpoint, pods));
}

/** Every kind of request whose CPU is on record, in the order in which they are measured. */
export const measuredRequests: readonly Measured[] = [
  requests('create', 1500, (index, round) => ({ method: 'POST', path: PODS_PATH, body: podBody(`made-${String(round)}-${String(index)}`) })),
  requests('get', 4000, (index) => ({ path: podPath(index) })),
  requests(`list of ${String(PAGE)}`, 500, () => ({ path: `${PODS_PATH}?limit=${String(PAGE)}` })),
  updates('update', '', (pod, index, round) => ({ ...pod, metadata: { ...pod.metadata, ...{ labels: { ...pod.metadata.labels, measured: `u${String(round)}-${String(index)}` } } } })),
  updates('status update', '/status', (pod, index, round) => ({ ...pod, status: { ...pod.status, message: `${String(round)}-${String(index)}` } })),
  patches('patch, merge', 'application/merge-patch+json', labelled),
  patches('patch, strategic', 'application/strategic-merge-patch+json', labelled),
  patches('patch, JSON', 'application/json-patch+json', (index, round) => [{ op: 'add', path: '/metadata/labels/measured', value: `${String(round)}-${String(index)}` }]),
  patches('apply', 'application/apply-patch+yaml', (index, round) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${String(index)}`, labels: { applied: `${String(round)}-${String(index)}` } } }), '?fieldManager=bench&force=true'),
  requests('delete', 1000, (index, round) => ({ method: 'DELETE', path: `${PODS_PATH}/deleted-${String(round)}-${String(index)}` }), fill('deleted', 1000)),
  {
    name: 'deletecollection, an object',
    count: 1000,
    prepare: fill('collected', 1000, (round) => `c${String(round)}`),
    run: (endpoint, round) => sendAll(endpoint, { method: 'DELETE', path: `${PODS_PATH}?labelSelector=batch%3Dc${String(round)}` }, 1),
  },
  {
    name: `watch event, ${String(WATCHERS)} watchers, with its share of the patch`,
    count: 300 * WATCHERS,
    run: watched,
  },
  {
    name: 'exec session',
    count: 150,
    run: async (endpoint) => {
      const pod = await runningPod(endpoint, 'session');
      for (let opened = 0; opened < 150; opened++) if (!(await openSession(endpoint, pod))) throw new Error('a session was refused');
    },
  },
];

async function watched(endpoint: Endpoint, round: number): Promise<void> {
  const watchers = new Watchers(endpoint, WATCHERS);
  await watchers.open();
  await sendAll(endpoint, (index) => ({ method: 'PATCH', path: podPath(index), body: json(labelled(index, 1000 + round)), contentType: 'application/merge-patch+json' }), 300);
  await watchers.until(() => watchers.events >= 300 * WATCHERS);
  watchers.close();
}

async function readText({ port, ca, cert, key }: Endpoint, path: string): Promise<string> {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, ca, cert, key, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve(Buffer.concat(chunks).toString()));
      response.once('error', reject);
    });
    outgoing.once('error', reject).end();
  });
}

import { Agent, request as httpsRequest } from 'node:https';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice } from './fuzz-dice.suite.js';
import { fuzzRequest } from './fuzz.suite.js';
import type { FuzzRequest } from './fuzz.suite.js';
import { startTestApi } from './test-api.suite.js';
import type { TestApi } from './test-api.suite.js';
import { WatchReader } from './watch-reader.suite.js';

/** `seed:requests`; more of them are run by hand. */
const [seed = 1, requests = 1_500] = (process.env['GANTRY_FUZZ'] ?? '').split(':').map(Number).filter(Boolean);
const AT_ONCE = 8;

let test: TestApi;
let agent: Agent;
beforeAll(async () => {
  test = await startTestApi({ limits: { freshnessTimeoutMs: 20, watchBufferBytes: 1024 * 1024 } });
  agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'f' } });
});
afterAll(async () => {
  agent.destroy();
  await test.stop();
});

interface Outcome {
  readonly status: number;
  readonly text: string;
}

/** Sends what the transport of a client would refuse to send; a watch is read until its head has come. */
function send({ method, path, headers, body }: FuzzRequest): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest({ host: '127.0.0.1', port: test.api.port, method, path, headers: { ...headers, ...(body && { 'content-length': String(body.length) }) }, ...test.adminTls, agent }, (response) => {
      if (isWatch(method, path) && response.statusCode === 200) {
        resolve({ status: response.statusCode!, text: '' });
        response.on('error', () => undefined);
        response.destroy();
        return;
      }
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
      response.on('error', reject);
    });
    // Refused before it was read, with the connection: that is an answer, too.
    outgoing.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode!, text: '' });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const isWatch = (method: string, path: string): boolean => method === 'GET' && path.includes('watch=');

/** What upstream answers with a code of the server's own, too. */
const UPSTREAMS = ['resourceVersion should not be set on objects to be created', 'without impersonating a user name', 'failed to create typed patch object', 'cannot be reached: nobody answers', 'no endpoints available for service'];

/** What no client may see, whatever it sends: the server's own failures, broken connections, errors that are no Status. */
function complaint({ headers, path, method }: FuzzRequest, { status, text }: Outcome): string | undefined {
  if (status === 500 && method === 'HEAD' && headers['impersonate-user'] === '') return undefined;
  if (status === 500 && headers['impersonate-group'] !== undefined && !headers['impersonate-user']) return undefined;
  if (status === 504 && path.includes('timeout=')) return undefined;
  if (status === 503 && method === 'HEAD' && path.includes('/proxy')) return undefined;
  if (status >= 500 && status !== 504 && !UPSTREAMS.some((one) => text.includes(one))) return `${String(status)} ${JSON.stringify(text.slice(0, 300))}`;
  if (status === 504 && text !== '' && !text.includes('Too large resource version')) return text;
  return undefined;
}

/** Watches that are told of what the requests change, in every form and by every way in which watchers are found. */
async function openWatches(): Promise<WatchReader[]> {
  const paths = ['/api/v1/pods?fieldSelector=spec.nodeName%3Dn', '/api/v1/pods?labelSelector=app', '/api/v1/events?fieldSelector=involvedObject.name%3Da', '/apis/events.k8s.io/v1/events', '/apis/apps/v1/deployments', '/api/v1/nodes', '/api/v1/configmaps'];
  const accepts = ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/vnd.kubernetes.protobuf'];
  return Promise.all(paths.flatMap((path) => accepts.map((accept) => WatchReader.open(test.admin, path, accept))));
}

/** Reads what comes until the watch ends: true when it is the server that ended it. */
async function isBrokenOff(watch: WatchReader): Promise<boolean> {
  return watch.drain().then(() => true, (error: Error) => !/abort/i.test(String(error.cause ?? error)));
}

describe('whatever a client sends', () => {
  it(`is answered without a failure inside (seed ${String(seed)}, ${String(requests)} requests)`, { timeout: 3_600_000 }, async () => {
    const dice = new Dice(seed);
    const stalls = monitorEventLoopDelay({ resolution: 1 });
    stalls.enable();
    const watches = await openWatches();
    const brokenOff = watches.map((watch) => isBrokenOff(watch));
    const complaints = new Map<string, string>();
    const statuses = new Map<number, number>();
    const worker = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const request = fuzzRequest(dice);
        const outcome = await send(request).catch((error: Error) => ({ status: 599, text: error.message }));
        statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
        const said = complaint(request, outcome);
        if (said !== undefined) complaints.set(said, `${request.method} ${request.path.slice(0, 300)} ${JSON.stringify(request.headers)} ${request.body?.subarray(0, 400).toString() ?? ''}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, () => worker(requests / AT_ONCE)));
    for (const watch of watches) watch.close();
    stalls.disable();
    const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${String(status)}: ${String(count)}`).join(', ');
    process.stdout.write(`fuzz: seed ${String(seed)}, ${String(requests)} requests, longest stall of the loop (server and client) ${(stalls.max / 1e6).toFixed(0)} ms, p99 ${(stalls.percentile(99) / 1e6).toFixed(1)} ms; ${counts}\n`);
    expect(Object.fromEntries(complaints)).toEqual({});
    expect(await Promise.all(brokenOff)).toEqual(watches.map(() => false));
    expect(statuses.size).toBeGreaterThan(8);
  });

  it('leaves everything readable, in every form, and watches that work', async () => {
    for (const path of ['/api/v1/pods', '/api/v1/nodes', '/api/v1/events', '/apis/apps/v1/deployments', '/apis/apps/v1/replicasets', '/api/v1/namespaces', '/apis/events.k8s.io/v1/events']) {
      for (const accept of ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/vnd.kubernetes.protobuf']) expect([path, accept, (await test.call('GET', path, undefined, { accept })).status]).toEqual([path, accept, 200]);
    }
    const watch = await WatchReader.open(test.admin, '/api/v1/namespaces/default/configmaps', 'application/json');
    await test.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'after' } });
    expect(await watch.take(1)).toEqual(['ADDED after']);
    watch.close();
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACES, PODS, SERVICEACCOUNTS } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { AccessLog } from './kit/access-log.js';
import { adminClient } from './kit/admin-client.js';
import { CLIENT_PACKAGES } from './kit/client-packages.js';
import { engineReason } from './kit/engine.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { buildGoClient, goReason } from './kit/go-program.js';
import { run } from './kit/run.js';

/** Programs that are written against client libraries as their users have them: what they saw of the cluster. */
const IMAGE = 'busybox:1.36';
const engine = await engineReason([IMAGE]);
const { reason: packages } = inject('clientPackages');
const go = await goReason();

const titled = (title: string, reason: string | undefined): string => (reason === undefined ? title : `${title} (skipped: ${reason})`);
const HEARD = ['add before', 'add live', 'update live', 'delete live'];
const RAN = { Out: 'in', Err: 'bad\n', Code: 7 };

let gantry: Gantry;
let folder: string;
let log: AccessLog;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-clients-'));
  gantry = await gantryIn(`clients-${process.pid}`);
  await gantry('up', '--detach', '--verbose', ...(engine === undefined ? [] : ['--runtime', 'hollow']));
  log = AccessLog.of(gantry.home, gantry.cluster);
});
afterAll(async () => {
  await gantry?.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** A namespace with a pod in it, where there are containers. */
async function scene(namespace: string): Promise<string[]> {
  const client = await adminClient(gantry.kubeconfig);
  await client.resource(NAMESPACES).create({ metadata: { name: namespace } });
  await vi.waitFor(() => client.resource(SERVICEACCOUNTS, namespace).get('default'), { timeout: 20_000, interval: 100 });
  if (engine !== undefined) return [namespace];
  const command = ['sh', '-c', 'mkdir /www && echo hello > /www/index.html && httpd -p 8080 -h /www; while :; do echo beat; sleep 0.2; done'];
  await client.resource(PODS, namespace).create({ metadata: { name: 'pod' }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: IMAGE, command }] } });
  const isReady = async (): Promise<void> => expect((await client.resource(PODS, namespace).get('pod')).status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  await vi.waitFor(isReady, { timeout: 60_000, interval: 200 });
  return [namespace, 'pod'];
}

/** What each check got, or why it failed. */
async function checksOf(program: string, args: readonly string[]): Promise<Map<string, unknown>> {
  const { stdout, stderr } = await run(program, args, { env: { ...process.env, KUBECONFIG: gantry.kubeconfig } });
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { check: string; got?: unknown; error?: string });
  const problems = lines.filter(({ error }) => error !== undefined);
  expect(problems, stderr).toEqual([]);
  return new Map(lines.map(({ check, got }) => [check, got]));
}

describe.skipIf(go !== undefined)(titled('a client in Go', go), () => {
  let found: Map<string, unknown>;
  beforeAll(async () => {
    found = await checksOf(await buildGoClient(folder), await scene('in-go'));
  }, 900_000);

  it.each([
    ['discovery', { minor: '36', namespaced: true, resource: 'apps/v1, Resource=deployments' }],
    ['documents', { models: expect.arrayContaining(['io.k8s.api.apps.v1.Deployment']) as string[], differ: [] }],
    ['typed', { conflict: true, missing: true, bytes: 2, data: { other: '1', own: '1' } }],
    ['paging', { pages: 3, items: 25 }],
    ['dynamic', { first: 'ADDED', paused: true }],
    ['informers', { listed: 1, heard: HEARD }],
    ['metadata', { heard: HEARD }],
    ['apply', { conflict: true, replicas: 1, left: true, scaled: 0 }],
    ['election', { leaders: ['first', 'second'], holder: 'second', transitions: 1 }],
    ['events', { about: 'ConfigMap', message: 'twice', from: 'go-client' }],
    ['manager', { owner: 'ConfigMap', image: 'nginx:1', finalizers: ['example.com/deployer'], collected: true }],
  ])('%s', (check, expected) => {
    expect(found.get(check)).toEqual(expected);
  });

  it('streams, over WebSocket, over SPDY, and over whichever works', (ctx) => {
    if (engine !== undefined) return ctx.skip(engine);
    expect(found.get('streams')).toEqual({ websocket: RAN, spdy: RAN, either: RAN, log: 'beat\n' });
  });

  it('speaks protobuf over HTTP/2, and fills its caches by streamed lists', async () => {
    const lines = await log.since('go-client');
    const plain = lines.filter(({ upgrade }) => upgrade === undefined);
    expect(new Set(plain.map(({ protocol }) => protocol))).toEqual(new Set(['HTTP/2.0']));
    expect(lines).toContainEqual(expect.objectContaining({ method: 'POST', contentType: 'application/vnd.kubernetes.protobuf', answerType: 'application/vnd.kubernetes.protobuf', status: 201 }));
    expect(lines).toContainEqual(expect.objectContaining({ uri: expect.stringMatching(/configmaps\?.*sendInitialEvents=true/) as string, answerType: 'application/vnd.kubernetes.protobuf;stream=watch', status: 200 }));
    expect(lines.filter(({ status }) => status >= 500)).toEqual([]);
  });
});

describe.skipIf(packages !== undefined)(titled('a client in JavaScript', packages), () => {
  let found: Map<string, unknown>;
  beforeAll(async () => {
    found = await checksOf(process.execPath, [join(CLIENT_PACKAGES, 'node-client.mjs'), ...(await scene('in-javascript'))]);
  });

  it.each([
    ['configuration', { user: expect.any(String) as string, cluster: expect.any(String) as string, isGantry: true, ready: true }],
    ['objects', { isDate: true, stale: 409, names: ['one', 'two'], missing: 404 }],
    ['patches', { refused: 409, data: { a: 'applied', merged: '1' }, label: 'yes', managers: ['kubernetes-client-javascript Update', 'node-client Apply'] }],
    ['anything', { replicas: 0, strategy: 'RollingUpdate' }],
    ['watches', { seen: ['ADDED watched', 'MODIFIED watched', 'DELETED watched'], ended: 'AbortError' }],
    ['informers', { seen: ['add before', 'add informed', 'update informed', 'delete informed'], cached: ['before'] }],
    ['tokens', { allowed: false, forbidden: 403, metrics: 404 }],
  ])('%s', (check, expected) => {
    expect(found.get(check)).toEqual(expected);
  });

  it('streams: commands, logs, what a container prints, and ports', (ctx) => {
    if (engine !== undefined) return ctx.skip(engine);
    const ran = { outcome: 'Failure', code: '7', out: 'out\n', errors: 'bad\n' };
    expect(found.get('streams')).toEqual({ ran, echoed: 'in\n', log: 'beat\n', attached: 'beat', forwarded: 'HTTP/1.1 200 OK' });
  });
});

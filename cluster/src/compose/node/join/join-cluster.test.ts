import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rfc3339Micro } from '@gantry/apimachinery';
import { silentLogger } from '@gantry/async';
import type { Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { connectNatsBus, createNatsTrust, JOIN_IDENTITY, nodeUserToken, trustConfiguration } from '@gantry/bus/nats';
import type { NatsTrust } from '@gantry/bus/nats';
import { CERTIFICATESIGNINGREQUESTS, createBusTransport, createClient, NODES } from '@gantry/client';
import { controllers, startControllers } from '@gantry/controllers';
import type { Controllers } from '@gantry/controllers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNatsServer } from '../../../../../libs/bus/src/nats/nats-server.suite.js';
import type { NatsServer } from '../../../../../libs/bus/src/nats/nats-server.suite.js';
import { startTestApi } from '../../../../../services/api/src/test-api.suite.js';
import type { TestApi } from '../../../../../services/api/src/test-api.suite.js';
import { joinCluster } from './join-cluster.js';
import type { JoinOptions } from './join-cluster.js';
import { keepCredentials } from './keep-credentials.js';

const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
let trust: NatsTrust;
let server: NatsServer;
let absent: string | undefined;
let api: TestApi;
let apiBus: Bus;
let signing: Controllers;
/** Seconds that credentials live, in place of the certificate's own end. */
let shortLife: number | undefined;

beforeAll(async () => {
  trust = await createNatsTrust({});
  const started = await startNatsServer(trustConfiguration(trust));
  if (typeof started === 'string') return void (absent = started);
  server = started;
  const issueNodeToken = (name: string, key: string, expires: number): Promise<string> => nodeUserToken(trust.nodeSigner, name, key, shortLife === undefined ? expires : Math.floor(Date.now() / 1000) + shortLife);
  api = await startTestApi({ issueNodeToken });
  apiBus = await connectNatsBus({ servers: [server.url], identity: 'api', credentials: { creds: trust.credentials.api } });
  // The API of the tests is on a bus in memory: this carries to it what comes over NATS.
  apiBus.respond('api.>', ({ subject, data, headers }) => api.bus.request(subject, data, { headers, timeoutMs: 10_000 }), { queue: 'api' });
  await apiBus.request('store.settle', Buffer.alloc(0), { timeoutMs: 10_000 }).catch(() => undefined);
  signing = startSigning();
}, 60_000);
afterAll(async () => {
  await signing?.stop();
  await apiBus?.close();
  await api?.stop();
  await server?.stop();
});

function startSigning(): Controllers {
  const wanted = controllers.filter(({ name }) => name.startsWith('certificatesigningrequest-'));
  return startControllers({ client: createClient(createBusTransport({ bus: api.bus, subjectPrefix: 'api.component.controllers' })), logger: silentLogger, controllers: wanted, authority: api.authority });
}

describe('a node joins over NATS', () => {
  let folder: string;
  const opened: { close(): Promise<void> }[] = [];
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
    folder = mkdtempSync(join(tmpdir(), 'gantry-join-'));
    shortLife = undefined;
  });
  afterEach(async () => {
    for (const thing of opened.splice(0)) await thing.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const joining = (nodeName: string, options: Partial<JoinOptions> = {}): JoinOptions => ({ servers: [server.url], joinCredentials: trust.joinCredentials, nodeName, folder, signal: AbortSignal.timeout(30_000), ...options });
  const connectAs = async (nodeName: string, creds: string | (() => string)): Promise<Bus> => {
    const bus = await connectNatsBus({ servers: [server.url], identity: `node.${nodeName}`, credentials: { creds } });
    opened.push(bus);
    return bus;
  };
  const live = (nodeName: string): Promise<unknown> => api.call('POST', leases, { metadata: { name: nodeName }, spec: { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime: rfc3339Micro(Date.now()) } });
  const requests = async (): Promise<number> => (await api.call('GET', '/apis/certificates.k8s.io/v1/certificatesigningrequests')).body.items.length;
  /** Resolves with the reason when an attempt failed. */
  const failing = (): { logger: Logger; reason: Promise<string> } => {
    const { promise: reason, resolve } = Promise.withResolvers<string>();
    return { logger: { ...silentLogger, warn: (fields: object) => resolve((fields as { reason: string }).reason) } as Logger, reason };
  };

  it('and is that node: it asks the API under its name, which no other’s credentials allow', async () => {
    const { creds, expires } = await joinCluster(joining('n1'));
    expect(Math.abs(expires - Date.now() - 86_400_000)).toBeLessThan(600_000);
    const bus = await connectAs('n1', creds);
    const own = createClient(createBusTransport({ bus, subjectPrefix: 'api.node.n1' }));
    expect((await own.resource(NODES).create({ metadata: { name: 'n1' } })).metadata?.name).toBe('n1');
    await expect(own.resource(NODES).create({ metadata: { name: 'n2' } })).rejects.toThrow('node "n1" is not allowed to modify node "n2"');
    await expect(createClient(createBusTransport({ bus, subjectPrefix: 'api.node.n2', timeoutMs: 5_000 })).resource(NODES).get('n2')).rejects.toThrow();
  });

  it('keeps its key for its owner alone, and shows its certificate again after a restart', async () => {
    await joinCluster(joining('n3'));
    expect(readdirSync(folder).map((file) => [file, statSync(join(folder, file)).mode & 0o777])).toEqual([['node.crt', 0o600], ['node.key', 0o600]]);
    const before = await requests();
    await joinCluster(joining('n3'));
    expect(await requests()).toBe(before);
    writeFileSync(join(folder, 'node.crt'), 'damaged');
    await joinCluster(joining('n3'));
    expect(await requests()).toBe(before + 1);
  });

  it('under the name that its folder has the key of, also while it is taken for alive', async () => {
    await joinCluster(joining('n4'));
    await live('n4');
    expect((await joinCluster(joining('n4'))).expires).toBeGreaterThan(Date.now());
  });

  it('not under the name of one that lives: it waits until that has ended', async () => {
    await joinCluster(joining('n5', { folder: join(folder, 'first') }));
    await live('n5');
    const { logger, reason } = failing();
    const second = joinCluster(joining('n5', { folder: join(folder, 'second'), logger }));
    expect(await reason).toContain('a node of this name lives and has another key');
    await api.call('PATCH', `${leases}/n5`, { spec: { renewTime: '2026-01-01T00:00:00.000000Z' } }, { 'content-type': 'application/merge-patch+json' });
    await api.storage.write([{ type: 'delete', key: '-/nodekeys/_/n5', expectedRevision: (await api.storage.get('-/nodekeys/_/n5')).value!.revision }]);
    expect((await second).creds).toContain('BEGIN NATS USER JWT');
  });

  it('and is told so where its request is denied', async () => {
    await signing.stop();
    try {
      const admin = createClient(api.admin);
      const csrs = admin.resource(CERTIFICATESIGNINGREQUESTS);
      const known = new Set((await csrs.list()).items.map(({ metadata }) => metadata?.name));
      const joined = joinCluster(joining('n6'));
      const asked = async () => (await csrs.list()).items.find(({ metadata }) => !known.has(metadata?.name));
      await expect.poll(asked, { timeout: 10_000 }).toBeDefined();
      const request = (await asked())!;
      await Promise.all([
        expect(joined).rejects.toMatchObject({ name: 'JoinRefusedError', message: expect.stringContaining('not today') }),
        csrs.update({ ...request, status: { conditions: [{ type: 'Denied', status: 'True', message: 'not today' }] } }, { subresource: 'approval' }),
      ]);
    } finally {
      signing = startSigning();
    }
  });

  it('not with the credentials of another cluster', async () => {
    const other = await createNatsTrust({});
    await expect(joinCluster(joining('n7', { joinCredentials: other.joinCredentials }))).rejects.toMatchObject({ code: 'refused' });
  });

  it('and no other that joins can use what it hears of it', async () => {
    const spy = await connectNatsBus({ servers: [server.url], identity: JOIN_IDENTITY, credentials: { creds: trust.joinCredentials } });
    opened.push(spy);
    const heard: string[] = [];
    spy.subscribe('_INBOX.join.>', ({ data }) => heard.push(Buffer.from(data).toString()));
    await spy.request('api.join.node.challenge', Buffer.from('{}'), { timeoutMs: 10_000 });
    const { creds } = await joinCluster(joining('n8'));
    const seed = /\nSU[A-Z0-9]+\n/.exec(creds)![0].trim();
    await expect.poll(() => heard.some((text) => text.includes('"token"'))).toBe(true);
    expect(heard.some((text) => text.includes(seed) || text.includes('PRIVATE'))).toBe(false);
  });

  it('and renews over its own connection before its credentials end, so that it goes on after they did', async () => {
    shortLife = 4;
    const first = await joinCluster(joining('n9'));
    let newest = first;
    const bus = await connectAs('n9', () => newest.creds);
    const { promise: renewed, resolve } = Promise.withResolvers<void>();
    shortLife = undefined;
    const keeper = keepCredentials({ ...joining('n9'), bus, credentials: { ...first, expires: Date.now() + 1_000 }, onRenewed: (next) => {
      newest = next;
      resolve();
    } });
    opened.push({ close: () => keeper.stop() });
    await renewed;
    const lost = new Promise<void>((done) => void bus.onConnection((connected) => !connected && done()));
    await lost;
    await new Promise<void>((done) => void bus.onConnection((connected) => connected && done()));
    const own = createClient(createBusTransport({ bus, subjectPrefix: 'api.node.n9' }));
    expect((await own.resource(NODES).create({ metadata: { name: 'n9' } })).metadata?.name).toBe('n9');
  }, 30_000);

  it('and joins again where its credentials have ended and its own connection is not let in any more', async () => {
    const first = await joinCluster(joining('n10'));
    const bus = await connectNatsBus({ servers: [server.url], identity: JOIN_IDENTITY, credentials: { creds: trust.joinCredentials } });
    opened.push(bus);
    const { promise: renewed, resolve } = Promise.withResolvers<{ readonly expires: number }>();
    const keeper = keepCredentials({ ...joining('n10'), bus, credentials: { ...first, expires: Date.now() - 1 }, onRenewed: resolve });
    opened.push({ close: () => keeper.stop() });
    expect((await renewed).expires).toBeGreaterThan(Date.now());
  });
});

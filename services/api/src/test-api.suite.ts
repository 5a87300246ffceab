import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { silentLogger } from '@gantry/async';
import { createMemoryBus, watchSubject } from '@gantry/bus';
import type { Bus, MemoryBus } from '@gantry/bus';
import { createHttpsTransport } from '@gantry/client';
import type { ApiTransport } from '@gantry/client';
import { createAuthority, issueCertificate } from '@gantry/platform/pki';
import type { KeyPair } from '@gantry/platform';
import { createRegistry, kinds } from '@gantry/resources';
import { createMemoryStorage, encodeWatchMessage, parseKey } from '@gantry/storage';
import type { LogEntry, MemoryStorage, Storage } from '@gantry/storage';
import type { ClusterNetworkOptions } from './cluster-network/options.js';
import type { ApiLimits, ApiOptions, RunningApi, ServiceAccountOptions } from './options.js';
import { startApi } from './start-api.js';

/** A JSON answer, read. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies have every shape
  readonly body: any;
}

/** One API over a memory bus and a memory storage, with an authority of its own. */
export interface TestApi {
  readonly api: RunningApi;
  readonly bus: MemoryBus;
  readonly storage: MemoryStorage;
  /** Signs what the API takes for a client's certificate. */
  readonly authority: KeyPair;
  /** The administrator's transport. */
  readonly admin: ApiTransport;
  transportFor(user: string, groups: readonly string[], authority?: KeyPair, usage?: 'client' | 'server'): Promise<ApiTransport>;
  /** A transport without a certificate. */
  anonymous(): ApiTransport;
  /** Sends JSON as the administrator (or over another transport) and reads JSON. */
  call(method: string, pathAndQuery: string, body?: unknown, headers?: Record<string, string>, transport?: ApiTransport): Promise<TestAnswer>;
  /** The administrator's credentials, for clients of the test's own. */
  readonly adminTls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Path of a kubeconfig of the administrator. */
  readonly kubeconfig: string;
  readonly encryptionKey: Uint8Array;
  stop(): Promise<void>;
}

export interface TestApiOptions {
  readonly limits?: Partial<ApiLimits>;
  /** Wraps the storage that the API sees. */
  readonly wrap?: (storage: MemoryStorage) => Storage;
  /** The carrier, where it is not memory; it has no faults then. */
  readonly carrier?: Bus;
  /** Wraps the bus that the API sees. */
  readonly wrapBus?: (bus: MemoryBus) => Bus;
  readonly network?: ClusterNetworkOptions;
  /** A further replica, over the bus and the storage of this one. */
  readonly beside?: TestApi;
  readonly serviceAccounts?: ServiceAccountOptions;
  readonly issueNodeToken?: ApiOptions['issueNodeToken'];
  readonly metrics?: ApiOptions['metrics'];
  readonly failpoints?: ApiOptions['failpoints'];
  readonly logger?: ApiOptions['logger'];
  /** A test that makes a cache differ from the storage is told of it here; any other fails when its API stops. */
  readonly onCacheDifference?: ApiOptions['onCacheDifference'];
}

export async function startTestApi({ limits, wrap = (storage) => storage, wrapBus = (bus) => bus, carrier, network = {}, beside, serviceAccounts, issueNodeToken, metrics, failpoints, onCacheDifference, logger = silentLogger }: TestApiOptions = {}): Promise<TestApi> {
  const { bus, storage } = beside ?? (await makeStorage(carrier as MemoryBus | undefined));
  const encryptionKey = beside?.encryptionKey ?? randomBytes(32);
  const progress = setInterval(() => void storage.currentRevision().then((revision) => bus.publish('progress.rev', Buffer.from(String(revision)))), 100);
  const authority = await createAuthority('test-ca', 10, Date.now());
  const server = await issueCertificate(authority, { commonName: 'api', usage: 'server', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], days: 1, now: Date.now() });
  const api = await startApi({
    bus: wrapBus(bus),
    storage: wrap(storage),
    listen: { host: '127.0.0.1', port: 0 },
    tls: { key: server.key, cert: server.certificate, clientCa: authority.certificate },
    encryptionKey,
    kinds: createRegistry(kinds),
    serverVersion: { major: '1', minor: '36', gitVersion: 'v1.36.0+gantry' },
    publicAddress: '127.0.0.1:6443',
    logger,
    ...network,
    ...(limits && { limits }),
    ...(metrics && { metrics }),
    ...(failpoints && { failpoints }),
    onCacheDifference,
    ...(serviceAccounts && { serviceAccounts }),
    ...(issueNodeToken && { issueNodeToken }),
  });
  await api.ready;
  const url = `https://127.0.0.1:${String(api.port)}`;
  const transports: ApiTransport[] = [];
  const opened = (credentials: { cert?: string; key?: string }): ApiTransport => {
    const transport = createHttpsTransport({ server: url, ca: authority.certificate, ...credentials });
    transports.push(transport);
    return transport;
  };
  const transportFor: TestApi['transportFor'] = async (user, groups, by = authority, usage = 'client') => {
    const { certificate, key } = await issueCertificate(by, { commonName: user, organizations: groups, usage, days: 1, now: Date.now() });
    return opened({ cert: certificate, key });
  };
  const adminPair = await issueCertificate(authority, { commonName: 'admin', organizations: ['system:masters'], usage: 'client', days: 1, now: Date.now() });
  const admin = opened({ cert: adminPair.certificate, key: adminPair.key });
  const folder = mkdtempSync(join(tmpdir(), 'gantry-api-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigText(url, authority.certificate, adminPair));
  return {
    api, bus, storage, authority, admin, encryptionKey, transportFor, kubeconfig,
    adminTls: { ca: authority.certificate, cert: adminPair.certificate, key: adminPair.key },
    anonymous: () => opened({}),
    call: (method, path, body, headers, transport = admin) => call(transport, method, path, body, headers),
    stop: async () => {
      const found = onCacheDifference === undefined ? await api.compareCaches() : [];
      clearInterval(progress);
      await Promise.all(transports.map((transport) => transport.close()));
      await api.stop();
      if (beside === undefined) await bus.close();
      rmSync(folder, { recursive: true, force: true });
      if (found.length > 0) throw new Error(`invariant 19 is broken, the cache differs from the storage: ${JSON.stringify(found)}`);
    },
  };
}

async function makeStorage(bus: MemoryBus = createMemoryBus()): Promise<{ bus: MemoryBus; storage: MemoryStorage }> {
  await bus.watch.ensure(1);
  return { bus, storage: createMemoryStorage({ publish: (entry) => publish(bus, entry) }) };
}

function publish(bus: MemoryBus, entry: LogEntry): void {
  const { group, resource, namespace = '', name } = parseKey(entry.key);
  const { headers, data } = encodeWatchMessage(entry);
  bus.watch.publish(watchSubject({ group, resource, namespace, name }), data, headers, entry.revision).catch(() => undefined);
}

async function call(transport: ApiTransport, method: string, pathAndQuery: string, body: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> {
  const [path = '', query] = pathAndQuery.split('?');
  const bytes = body === undefined ? undefined : body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const answer = await transport.send({
    method: method as 'GET', path, ...(query !== undefined && { query }), ...(bytes && { body: bytes }),
    headers: { accept: 'application/json', ...(bytes && { 'content-type': 'application/json' }), ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: readBody(answer.headers['content-type'] ?? '', answer.body) };
}

function readBody(type: string, bytes: Uint8Array): unknown {
  return type.startsWith('application/json') && bytes.length > 0 ? (JSON.parse(Buffer.from(bytes).toString()) as unknown) : bytes;
}

function kubeconfigText(server: string, ca: string, { certificate, key }: KeyPair): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'test', user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}

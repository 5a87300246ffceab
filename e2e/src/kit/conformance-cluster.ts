import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpsTransport, readWatchEvents } from '@gantry/client';
import type { ApiRequest, KubeObject, WatchEvent } from '@gantry/client';
import { startCluster, type Cluster } from '@gantry/cluster';
import { readKubeconfigEntry } from '@gantry/cluster/lifecycle';
import { expect, vi } from 'vitest';
import { freePort } from './free-port.js';

/** A body of any shape, as a test reads it. */
// oxlint-disable-next-line typescript/no-explicit-any -- bodies have every shape
type Body = any;

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** A cluster without containers, in this process, for what conformance asks of the API and of the loops. */
export interface ConformanceCluster {
  readonly cluster: Cluster;
  readonly kubeconfig: string;
  /** Asks over HTTPS as the administrator; any status resolves. */
  ask(method: ApiRequest['method'], pathAndQuery: string, body?: unknown, contentType?: string): Promise<Answer>;
  /** The same, where anything but success fails the test. */
  ok(method: ApiRequest['method'], pathAndQuery: string, body?: unknown, contentType?: string): Promise<Body>;
  /** Events of a watch until it is left. */
  watch(pathAndQuery: string, signal: AbortSignal): AsyncIterable<WatchEvent<KubeObject & Body>>;
  /** A new namespace, whose default service account is there. */
  namespace(): Promise<string>;
  dispose(): Promise<void>;
}

export const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
/** How long a loop may take, at most. */
export const WAIT = { timeout: 60_000, interval: 100 };

let namespaces = 0;

/** Hollow nodes run the pods, `nodes` of them. */
export async function conformanceCluster(name: string, hollow = 2): Promise<ConformanceCluster> {
  const home = await mkdtemp(join(tmpdir(), 'gantry-conformance-'));
  const cluster = await startCluster({ name: `${name}-${process.pid}`, home, runtime: 'hollow', hollow, port: await freePort(), kubeconfig: false });
  const kubeconfig = join(home, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const { server, certificateAuthority: ca, clientCertificate: cert, clientKey: key } = readKubeconfigEntry(cluster.kubeconfig, kubeconfig);
  const transport = createHttpsTransport({ server, ca, cert, key });
  const ask: ConformanceCluster['ask'] = async (method, pathAndQuery, body, contentType = 'application/json') => {
    const [path = '', query] = pathAndQuery.split('?');
    const headers = { accept: 'application/json', 'user-agent': 'conformance', ...(body !== undefined && { 'content-type': contentType }) };
    const answer = await transport.send({ method, path, ...(query !== undefined && { query }), headers, ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }) });
    return { status: answer.status, body: JSON.parse(Buffer.from(answer.body).toString()) as Body };
  };
  const ok: ConformanceCluster['ok'] = async (method, path, body, contentType) => {
    const answer = await ask(method, path, body, contentType);
    expect([`${method} ${path}`, answer.status < 300 ? 'ok' : answer.body.message]).toEqual([`${method} ${path}`, 'ok']);
    return answer.body;
  };
  return {
    cluster, kubeconfig, ask, ok,
    watch: async function* (pathAndQuery, signal) {
      const [path = '', query = ''] = pathAndQuery.split('?');
      const { body } = await transport.stream({ method: 'GET', path, query: `${query}&watch=true`, headers: { accept: 'application/json' }, signal });
      yield* readWatchEvents<KubeObject>(body);
    },
    namespace: async () => {
      const { metadata } = await ok('POST', '/api/v1/namespaces', { metadata: { name: `test-${String((namespaces += 1))}` } });
      await vi.waitFor(() => ok('GET', `/api/v1/namespaces/${metadata.name}/serviceaccounts/default`), WAIT);
      return metadata.name as string;
    },
    dispose: async () => {
      await transport.close();
      await cluster.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

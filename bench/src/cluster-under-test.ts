import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { clusterStatus, placesOf, readKubeconfigEntry, type ClusterStatus, type RuntimeName } from '@gantry/cluster/lifecycle';

const execute = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../cli/bin/gantry.mjs', import.meta.url));

/** TLS material and address of the API. */
export interface Endpoint {
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A cluster of its own process, as a user starts it. */
export interface ClusterUnderTest {
  readonly home: string;
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Process id of the control plane. */
  readonly pid: number;
  /** Folder of the Postgres socket. */
  readonly postgresSocket: string;
  status(): Promise<ClusterStatus>;
  /** Gives it an image that the engine has, where it runs containers without one. */
  loadImage(image: string): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}

/** Hollow pods unless asked: then no container shares the cores. */
export async function startClusterUnderTest(runtime: RuntimeName = 'hollow', nodes = 1): Promise<ClusterUnderTest> {
  const home = await mkdtemp(join(tmpdir(), 'gantry-bench-'));
  const name = `bench-${process.pid}`;
  const gantry = (...args: string[]): Promise<unknown> => execute(process.execPath, [PROGRAM, ...args, '--name', name, '--home', home]);
  const up = (): Promise<unknown> => gantry('up', '--detach', '--runtime', runtime, '--nodes', String(nodes), '--no-kubeconfig');
  await up();
  const status = (): Promise<ClusterStatus> => clusterStatus(home, name).then((found) => found ?? Promise.reject(new Error(`the cluster ${name} is gone`)));
  const places = placesOf(home, name);
  return {
    home,
    name,
    endpoint: endpointOf(await readFile(places.adminKubeconfig, 'utf8')),
    pid: (await status()).pid ?? 0,
    postgresSocket: join(places.sockets, 'postgres'),
    status,
    loadImage: async (image) => void (await execute('bash', ['-c', 'set -o pipefail; docker save "$1" | "$2" "$3" image load - --home "$4"', 'load', image, process.execPath, PROGRAM, home])),
    stop: async () => void (await gantry('stop')),
    start: async () => void (await up()),
    dispose: async () => {
      await gantry('delete');
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** What a kubeconfig with one cluster in it says of it. */
export function endpointOf(kubeconfig: string): Endpoint {
  const entry = readKubeconfigEntry(kubeconfig, 'the kubeconfig of the cluster under test');
  return { port: Number(new URL(entry.server).port), ca: entry.certificateAuthority, cert: entry.clientCertificate, key: entry.clientKey };
}

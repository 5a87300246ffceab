import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { KubeconfigEntry } from '../kubeconfig/document.js';
import { defaultKubeconfig, mergeKubeconfig, standaloneKubeconfig } from '../kubeconfig/merge.js';
import { ClusterError } from '../options.js';

/** Of the cluster and the context, whatever the Compose project is called. */
const NAME = 'gantry-compose';
/** Where `setup` has the administrator's volume; Compose reads it also when `setup` has ended. */
const ADMIN_FILES = '/var/lib/gantry/admin/.';
const API_PORT = '6443';
const execute = promisify(execFile);

/** Milliseconds that a cluster which has just been started is given, and between two looks. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 200;

/** A kubeconfig with nothing but the cluster of the Compose project that `docker compose` finds here. */
export async function composeKubeconfig(): Promise<string> {
  return standaloneKubeconfig(await readEntry());
}

/** Merges that cluster's entries as a start of a standalone one does, once its API answers; resolves to the context and the file. */
export async function mergeComposeKubeconfig(): Promise<{ readonly context: string; readonly path: string }> {
  const entry = await readEntry();
  await untilServed(entry);
  const { path } = await mergeKubeconfig(defaultKubeconfig(), entry, undefined);
  return { context: NAME, path };
}

/** `docker compose up --detach` returns when containers run, which is before they serve. */
async function untilServed({ server, certificateAuthority: ca }: KubeconfigEntry): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isReady(server, ca))) {
    if (performance.now() > deadline) throw new ClusterError(`the API at ${server} does not answer`, 'see what it says: "docker compose logs api store"');
    await delay(LOOK_MS);
  }
}

function isReady(server: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${server}/readyz`, { ca, agent: false, timeout: LOOK_MS * 10 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
  });
}

async function readEntry(): Promise<KubeconfigEntry> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-admin-'));
  try {
    await compose('cp', `setup:${ADMIN_FILES}`, folder);
    const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
    const [address, certificateAuthority, clientCertificate, clientKey] = await Promise.all([compose('port', 'balancer', API_PORT), read('ca.crt'), read('tls.crt'), read('tls.key')]);
    return { name: NAME, server: `https://${address.trim()}`, certificateAuthority, clientCertificate, clientKey };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compose(...args: string[]): Promise<string> {
  try {
    return (await execute('docker', ['compose', ...args])).stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new ClusterError('there is no `docker` on the PATH', 'install Docker with its Compose plugin', { cause: error });
    const said = stderr.trim().split('\n').at(-1) ?? '';
    throw new ClusterError(`Docker Compose has no such cluster running here: ${said}`, 'start it with "docker compose up --detach" in the folder of its docker-compose.yml', { cause: error });
  }
}

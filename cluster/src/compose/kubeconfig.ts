import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** A kubeconfig with nothing but the cluster of the Compose project that `docker compose` finds here. */
export async function composeKubeconfig(): Promise<string> {
  return standaloneKubeconfig(await readEntry());
}

/** Merges that cluster's entries as a start of a standalone one does; resolves to the context and the file. */
export async function mergeComposeKubeconfig(): Promise<{ readonly context: string; readonly path: string }> {
  const { path } = await mergeKubeconfig(defaultKubeconfig(), await readEntry(), undefined);
  return { context: NAME, path };
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
    throw new ClusterError(`Docker Compose has no such cluster running here: ${said}`, 'start it with "docker compose up --detach --wait" in the folder of its docker-compose.yml', { cause: error });
  }
}

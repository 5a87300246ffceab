import { execFile, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../digest.js';
import type { MadeImage } from '../image-harness.suite.js';
import { archiveOf, imageOf, OCI_INDEX, OCI_MANIFEST } from '../image-harness.suite.js';
import type { ImageStore } from '../image-store.js';
import { openImageStore } from '../open-image-store.js';

const isRoot = process.getuid?.() === 0;
const image = imageOf([archiveOf([{ name: 'a', content: 'lowest' }]), archiveOf([{ name: 'b', content: randomBytes(3_000_000) }])], {
  compress: (archive, index) => (index === 0 ? [gzipSync(archive), 'tar+gzip'] : [zstdCompressSync(archive), 'tar+zstd']),
});

let place: string;
let store: ImageStore;
let registry: ChildProcess | undefined;
let host = '';
let reason: string | undefined = 'needs root';

/** The program `docker-registry` of Debian: the machine's, or for this test from Debian's archive. */
async function findRegistry(): Promise<string | undefined> {
  if (spawnSync('docker-registry', ['--version']).status === 0) return 'docker-registry';
  const folder = join(place, 'package');
  await mkdir(folder);
  try {
    await promisify(execFile)('apt-get', ['download', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::http::Timeout=10', '-o', 'Acquire::Retries=0', 'docker-registry'], { cwd: folder, timeout: 60_000 });
    const [archive] = await readdir(folder);
    await promisify(execFile)('dpkg-deb', ['--extract', archive!, 'files'], { cwd: folder });
    return join(folder, 'files', 'usr', 'bin', 'docker-registry');
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startRegistry(program: string): Promise<void> {
  const port = await freePort();
  host = `127.0.0.1:${port}`;
  await writeFile(join(place, 'config.yml'), `version: 0.1\nlog: { level: info }\nstorage: { filesystem: { rootdirectory: ${join(place, 'data')} } }\nhttp: { addr: ${host} }\n`);
  registry = spawn(program, ['serve', join(place, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: registry.stderr! })) if (line.includes('listening on')) break;
  registry.stderr!.resume();
}

/** Pushes as the distribution specification says: each blob in one piece, then the manifest. */
async function push(pushed: MadeImage, tag: string): Promise<void> {
  for (const blob of [pushed.config, ...pushed.layers]) {
    const begun = await fetch(`http://${host}/v2/team/web/blobs/uploads/`, { method: 'POST' });
    const location = new URL(begun.headers.get('location')!, `http://${host}`);
    location.searchParams.set('digest', digestOf(blob));
    expect((await fetch(location, { method: 'PUT', body: new Uint8Array(blob), headers: { 'content-type': 'application/octet-stream' } })).status).toBe(201);
  }
  await pushManifest(pushed.manifest, tag, OCI_MANIFEST);
}

async function pushManifest(bytes: Buffer, name: string, mediaType: string): Promise<void> {
  const answer = await fetch(`http://${host}/v2/team/web/manifests/${name}`, { method: 'PUT', body: new Uint8Array(bytes), headers: { 'content-type': mediaType } });
  expect(answer.status).toBe(201);
}

beforeAll(async () => {
  if (!isRoot) return;
  place = await mkdtemp(join(tmpdir(), 'gantry-real-registry-'));
  store = await openImageStore({ root: join(place, 'store'), platform: { os: 'linux', architecture: 'amd64' } });
  const program = await findRegistry();
  reason = program === undefined ? 'needs the program docker-registry of Debian, or its archive to fetch it from' : undefined;
  if (program !== undefined) await startRegistry(program);
}, 90_000);
afterAll(async () => {
  if (registry !== undefined) {
    registry.kill();
    await once(registry, 'close');
  }
  await store?.close();
  if (place !== undefined) await rm(place, { recursive: true, force: true });
});

describe('a real registry', () => {
  test('gives what was pushed to it, by tag, by digest and through an index', async (ctx) => {
    if (reason !== undefined) return ctx.skip(reason);
    await push(image, '1');
    const byTag = await store.pull(`${host}/team/web:1`);
    expect(byTag).toMatchObject({ id: image.id, repoDigests: [`${host}/team/web@${digestOf(image.manifest)}`] });
    await store.remove(image.id);
    // What an earlier download has left of a layer.
    await writeFile(join(store.root, 'ingest', digestOf(image.layers[1]!).slice(7)), image.layers[1]!.subarray(0, 1_000_000));
    expect((await store.pull(`${host}/team/web@${digestOf(image.manifest)}`)).id).toBe(image.id);
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ mediaType: OCI_MANIFEST, digest: digestOf(image.manifest), size: image.manifest.length, platform: { os: 'linux', architecture: 'amd64' } }] }));
    await pushManifest(index, 'many', OCI_INDEX);
    expect((await store.pull(`${host}/team/web:many`)).repoDigests).toContain(`${host}/team/web@${digestOf(index)}`);
  });

  test('says what it does not have', async (ctx) => {
    if (reason !== undefined) return ctx.skip(reason);
    await expect(store.pull(`${host}/team/web:none`)).rejects.toMatchObject({ code: 'image-not-found' });
    await expect(store.pull(`${host}/nobody/nothing:1`)).rejects.toMatchObject({ code: 'image-not-found' });
  });
});

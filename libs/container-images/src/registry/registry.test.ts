import { spawnSync } from 'node:child_process';
import { readdir, readFile, mkdtemp, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../digest.js';
import { archiveOf, directory, imageOf, OCI_INDEX, OCI_MANIFEST } from '../image-harness.suite.js';
import type { ImageStore, LayerProgress } from '../image-store.js';
import { openImageStore } from '../open-image-store.js';
import { TestRegistry } from '../registry-harness.suite.js';

const isRoot = process.getuid?.() === 0;
const BIG = randomBytes(400_000);
const image = imageOf([archiveOf([{ name: 'a', content: 'lowest' }]), archiveOf([{ name: 'b', content: BIG }]), archiveOf([{ name: 'c', content: 'top' }])], {
  config: { Cmd: ['run'] },
  compress: (archive, index) => ([[gzipSync(archive), 'tar+gzip'], [zstdCompressSync(archive), 'tar+zstd'], [archive, 'tar']] as const)[index]!,
});
const bigLayer = digestOf(image.layers[1]!);
const platform = { os: 'linux', architecture: 'amd64' };

let place: string;
let registry: TestRegistry;
let store: ImageStore;
/** Waits of retries pass at once, and are written down. */
const waits: number[] = [];
const clock = {
  now: () => Date.now(), monotonic: () => performance.now(),
  setTimeout: (callback: () => void, milliseconds: number) => {
    waits.push(milliseconds);
    const timer = setImmediate(callback);
    return { cancel: () => clearImmediate(timer) };
  },
};
beforeEach(async () => {
  waits.length = 0;
  place = await mkdtemp(join(tmpdir(), 'gantry-registry-'));
  registry = await new TestRegistry().start();
  store = await openImageStore({ root: join(place, 'store'), platform }, clock);
});
afterEach(async () => {
  await store.close();
  await registry.stop();
  await rm(place, { recursive: true, force: true });
});

const blobRequests = (): string[] => registry.requests.filter((request) => request.includes('/blobs/'));

describe.skipIf(!isRoot)('a pull (needs root)', () => {
  test('brings all layers and tells how far it is', async () => {
    const digest = registry.putImage(image, '1');
    const told: LayerProgress[] = [];
    const pulled = await store.pull(`${registry.host}/web:1`, { onProgress: (progress) => void told.push(progress) });
    expect(pulled).toMatchObject({ id: image.id, repoTags: [`${registry.host}/web:1`], repoDigests: [`${registry.host}/web@${digest}`], config: { Cmd: ['run'] } });
    expect(await readFile(join(pulled.layers[1]!, 'b'))).toEqual(BIG);
    const ofBig = told.filter((progress) => progress.digest === bigLayer);
    expect([...new Set(ofBig.map(({ state }) => state))]).toEqual(['waiting', 'downloading', 'unpacking', 'done']);
    expect(ofBig.filter(({ state }) => state === 'downloading').at(-1)).toMatchObject({ current: image.layers[1]!.length, total: image.layers[1]!.length });
    expect(await store.get(`${registry.host}/web@${digest}`)).toEqual(pulled);
  });

  test('of what is here already asks for nothing but the digest, and follows a tag that has moved', async () => {
    registry.putImage(image, '1');
    await store.pull(`${registry.host}/web:1`);
    registry.requests.length = 0;
    const { ctimeMs } = await stat(join(store.root, 'references'));
    await store.pull(`${registry.host}/web:1`);
    expect(registry.requests).toEqual(['HEAD /v2/web/manifests/1']);
    expect((await stat(join(store.root, 'references'))).ctimeMs).toBe(ctimeMs);
    const next = imageOf([archiveOf([{ name: 'a', content: 'lowest' }]), archiveOf([{ name: 'new', content: 'x' }])]);
    registry.putImage(next, '1');
    registry.requests.length = 0;
    expect((await store.pull(`${registry.host}/web:1`)).id).toBe(next.id);
    // The lowest layer is the same, whatever it was compressed by.
    expect(blobRequests()).toEqual([`GET /v2/web/blobs/${next.id}`, `GET /v2/web/blobs/${digestOf(next.layers[1]!)}`]);
    expect((await store.get(image.id))?.repoTags).toEqual([]);
    // Back to what is still here.
    registry.putImage(image, '1');
    registry.requests.length = 0;
    expect(await store.pull(`${registry.host}/web:1`)).toMatchObject({ id: image.id, repoTags: [`${registry.host}/web:1`] });
    expect(registry.requests).toEqual(['HEAD /v2/web/manifests/1']);
  });

  test('of an index takes the image of this platform, through another index where it is there', async () => {
    const other = imageOf([archiveOf([{ name: 'a', content: 'other' }])], { architecture: 'arm64' });
    for (const each of [image, other]) registry.putImage(each, 'unused');
    const entry = (bytes: Buffer, architecture: string, mediaType = OCI_MANIFEST): object => ({ mediaType, digest: digestOf(bytes), size: bytes.length, platform: { os: 'linux', architecture } });
    const inner = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry(other.manifest, 'arm64'), entry(image.manifest, 'amd64')] }));
    registry.putManifest(inner, [], OCI_INDEX);
    const digest = registry.putManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry(other.manifest, 'unknown'), entry(inner, 'amd64', OCI_INDEX)] })), ['many'], OCI_INDEX);
    expect(await store.pull(`${registry.host}/web:many`)).toMatchObject({ id: image.id, repoDigests: [`${registry.host}/web@${digest}`] });
    registry.putManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry(other.manifest, 'arm64')] })), ['arm'], OCI_INDEX);
    await expect(store.pull(`${registry.host}/web:arm`)).rejects.toThrow('no match for platform in manifest: the image is not there for linux/amd64');
  });

  test('of the types of Docker is the same', async () => {
    const docker = (bytes: Buffer): Buffer => Buffer.from(bytes.toString().replaceAll('vnd.oci.image.manifest.v1+json', 'vnd.docker.distribution.manifest.v2+json').replace('vnd.oci.image.config.v1+json', 'vnd.docker.container.image.v1+json')
      .replaceAll('vnd.oci.image.layer.v1.tar+gzip', 'vnd.docker.image.rootfs.diff.tar.gzip').replaceAll('vnd.oci.image.layer.v1', 'vnd.docker.image.rootfs.diff'));
    registry.putImage(image, 'unused');
    const manifest = docker(image.manifest);
    const digest = registry.putManifest(manifest, ['1'], 'application/vnd.docker.distribution.manifest.v2+json');
    const list = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json', manifests: [{ mediaType: 'application/vnd.docker.distribution.manifest.v2+json', digest, size: manifest.length, platform }] }));
    registry.putManifest(list, ['many'], 'application/vnd.docker.distribution.manifest.list.v2+json');
    for (const tag of ['1', 'many']) expect((await store.pull(`${registry.host}/web:${tag}`)).id).toBe(image.id);
  });

  test.each([['basic', 'Basic realm="test"'], ['bearer', 'Bearer realm="HOST/token",service="test",scope="repository:web:pull"']])('authorises itself by %s', async (scheme, challenge) => {
    registry.putImage(image, '1');
    const basic = `Basic ${Buffer.from('robot:pa:ss').toString('base64')}`;
    registry.intercept = ({ url, headers }, response, address) => {
      const isToken = url!.startsWith('/token');
      const expected = isToken || scheme === 'basic' ? basic : 'Bearer the-token';
      if (headers.authorization === expected && !isToken) return false;
      if (headers.authorization === expected) response.end(JSON.stringify({ token: url === '/token?service=test&scope=repository%3Aweb%3Apull' ? 'the-token' : 'wrong' }));
      else response.writeHead(401, { 'www-authenticate': challenge.replace('HOST', address) }).end();
      return true;
    };
    const name = `${registry.host}/web:1`;
    await expect(store.pull(name)).rejects.toMatchObject({ code: 'pull-failed' });
    await expect(store.pull(name, { credentials: { username: 'robot', password: 'wrong' } })).rejects.toThrow(scheme === 'basic' ? `failed to resolve reference "${name}": pull access denied, repository does not exist or may require authorization` : 'failed to fetch oauth token');
    expect(await store.pull(name, { credentials: { username: 'robot', password: 'pa:ss' } })).toMatchObject({ id: image.id });
  });

  test('goes on with a download that broke off, also one of a process that is dead', async () => {
    registry.putImage(image, '1');
    const length = image.layers[1]!.length;
    let breaks = 2;
    registry.intercept = ({ url, headers }, response) => {
      if (!url!.endsWith(bigLayer) || breaks === 0) return false;
      breaks -= 1;
      const offset = Number(/\d+/.exec(headers.range ?? '0')?.[0]);
      response.writeHead(offset === 0 ? 200 : 206, { 'content-length': length - offset, ...(offset === 0 ? {} : { 'content-range': `bytes ${offset}-${length - 1}/${length}` }) });
      response.write(image.layers[1]!.subarray(offset, offset + 100_000), () => response.destroy());
      return true;
    };
    await mkdir(join(store.root, 'ingest'), { recursive: true });
    await writeFile(join(store.root, 'ingest', bigLayer.slice(7)), image.layers[1]!.subarray(0, 50_000));
    expect((await store.pull(`${registry.host}/web:1`)).id).toBe(image.id);
    const offsets = blobRequests().filter((request) => request.includes(bigLayer)).map((request) => Number(/bytes=(\d+)-/.exec(request)?.[1] ?? 0));
    expect(offsets[0]).toBe(50_000);
    expect(offsets).toHaveLength(3);
    expect(offsets.every((offset, index) => index === 0 || offset >= offsets[index - 1]!)).toBe(true);
    expect(await readdir(join(store.root, 'ingest'))).toEqual([]);
  });

  test('fetches anew what the disk has lost of a layer that was complete', async () => {
    registry.putImage(image, '1');
    const blob = join(store.root, 'blobs', bigLayer.slice(7));
    await writeFile(blob, Buffer.alloc(image.layers[1]!.length));
    await expect(store.pull(`${registry.host}/web:1`)).rejects.toThrow('where the image\'s configuration says');
    expect((await store.pull(`${registry.host}/web:1`)).id).toBe(image.id);
  });

  test('begins again where the registry sends no parts', async () => {
    registry.putImage(image, '1');
    registry.ranges = false;
    await writeFile(join(store.root, 'ingest', bigLayer.slice(7)), image.layers[1]!.subarray(0, 50_000));
    expect((await store.pull(`${registry.host}/web:1`)).id).toBe(image.id);
  });

  test('tries again after 503 and 429, as late as it is asked to', async () => {
    registry.putImage(image, '1');
    const answers: [number, Record<string, string>][] = [[503, {}], [429, { 'retry-after': '7' }]];
    registry.intercept = (_, response) => {
      const next = answers.shift();
      if (next !== undefined) response.writeHead(next[0], next[1]).end();
      return next !== undefined;
    };
    expect((await store.pull(`${registry.host}/web:1`)).id).toBe(image.id);
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[1]).toBe(7000);
  });

  test('gives up after several attempts, and says what the last answer was', async () => {
    registry.intercept = (_, response) => response.writeHead(503).end() !== undefined;
    await expect(store.pull(`${registry.host}/web:1`)).rejects.toThrow(`unexpected status from GET request to http://${registry.host}/v2/web/manifests/1: 503 Service Unavailable`);
    expect(registry.requests).toHaveLength(5);
  });

  test('where nobody listens gives up at once', async () => {
    const gone = registry.host;
    await registry.stop();
    await expect(store.pull(`${gone}/web:1`)).rejects.toThrow(`failed to resolve reference "${gone}/web:1": ${gone}: connect ECONNREFUSED ${gone}`);
    expect(waits).toEqual([]);
    await registry.start();
  });

  test('of what is not there says so in the words of containerd', async () => {
    const name = `${registry.host}/web:none`;
    await expect(store.pull(name)).rejects.toMatchObject({ code: 'image-not-found', message: `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found` });
  });

  test('asks mirrors first and the registry where they fail', async () => {
    registry.putImage(image, '1');
    const mirror = await new TestRegistry().start();
    await store.close();
    store = await openImageStore({ root: join(place, 'store'), platform, registries: { [registry.host]: { mirrors: [`http://${mirror.host}`] } } }, clock);
    await store.pull(`${registry.host}/web:1`, { credentials: { username: 'robot', password: 'secret' } });
    expect(mirror.requests[0]).toBe(`GET /v2/web/manifests/1?ns=${encodeURIComponent(registry.host)}`);
    await store.remove(image.id);
    mirror.putImage(image, '1');
    registry.requests.length = 0;
    await store.pull(`${registry.host}/web:1`);
    expect(registry.requests).toEqual([]);
    await mirror.stop();
  });

  test('goes through the proxy that the environment names', async () => {
    registry.putImage(image, '1');
    await store.close();
    store = await openImageStore({ root: join(place, 'store'), platform, registries: { 'registry.invalid': { insecure: true } }, proxyEnvironment: { HTTP_PROXY: `http://${registry.host}`, HTTPS_PROXY: `http://${registry.host}` } }, clock);
    expect((await store.pull('registry.invalid/web:1')).id).toBe(image.id);
    expect(registry.requests[0]).toBe('GET http://registry.invalid/v2/web/manifests/1');
  });

  test('stops when it is told to, and leaves what it has for the next', async () => {
    registry.putImage(image, '1');
    const stop = new AbortController();
    registry.intercept = ({ url }, response) => {
      if (!url!.endsWith(bigLayer)) return false;
      response.writeHead(200, { 'content-length': image.layers[1]!.length });
      response.write(image.layers[1]!.subarray(0, 100_000));
      return true;
    };
    const onProgress = ({ state, current, digest }: LayerProgress): void => (state === 'downloading' && digest === bigLayer && current === 100_000 ? stop.abort(new Error('enough')) : undefined);
    await expect(store.pull(`${registry.host}/web:1`, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
    expect((await readFile(join(store.root, 'ingest', bigLayer.slice(7)))).length).toBe(100_000);
    for (const folder of ['tmp', 'sessions', 'images']) expect(await readdir(join(store.root, folder))).toEqual([]);
  });

  test('has a lower layer that comes last, with fewer hands than layers', async () => {
    registry.putImage(image, '1');
    const held = Promise.withResolvers<void>();
    registry.intercept = (request, response) => {
      if (!request.url!.endsWith(digestOf(image.layers[0]!))) return false;
      void held.promise.then(() => response.end(image.layers[0]!));
      return true;
    };
    let unpacking = 0;
    const onProgress = ({ state }: LayerProgress): void => ((unpacking += state === 'unpacking' ? 1 : 0) === 2 ? held.resolve() : undefined);
    expect((await store.pull(`${registry.host}/web:1`, { onProgress })).id).toBe(image.id);
  });

  test('has one layer several times, as images with empty layers do', async () => {
    const empty = archiveOf([directory('srv/')]);
    const repeating = imageOf([empty, archiveOf([{ name: 'a', content: 'x' }]), empty, empty, empty], { compress: (archive) => [gzipSync(archive), 'tar+gzip'] });
    registry.putImage(repeating, '1');
    expect((await store.pull(`${registry.host}/web:1`)).layers).toHaveLength(5);
    expect(blobRequests().filter((request) => request.includes(digestOf(repeating.layers[0]!)))).toHaveLength(1);
  });

  test('of one image by several at once downloads each layer once', async () => {
    registry.putImage(image, '1');
    const others = await Promise.all([1, 2].map(() => openImageStore({ root: join(place, 'store'), platform }, clock)));
    const pulled = await Promise.all([store, ...others].map((each) => each.pull(`${registry.host}/web:1`)));
    expect(new Set(pulled.map(({ id }) => id))).toEqual(new Set([image.id]));
    expect(blobRequests().filter((request) => request.includes(bigLayer))).toHaveLength(1);
    await Promise.all(others.map((other) => other.close()));
  });
});

test.skipIf(!isRoot)('an image that is here already is not for who may not pull it, by its digest neither', async () => {
  const digest = registry.putImage(image, '1');
  registry.intercept = (request, response) => request.headers.authorization === undefined && response.writeHead(401, { 'www-authenticate': 'Basic' }).end() !== undefined;
  const credentials = { username: 'robot', password: 'secret' };
  for (const name of [`${registry.host}/web:1`, `${registry.host}/web@${digest}`]) {
    await store.pull(name, { credentials });
    await expect(store.pull(name)).rejects.toThrow(/pull access denied/);
  }
});

describe.skipIf(!isRoot)('a hostile registry (needs root)', () => {
  const descriptor = (bytes: Buffer, more: object = {}): object => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(bytes), size: bytes.length, ...more });
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: image.id, size: image.config.length };
  const manifestOf = (document: object): Buffer => Buffer.from(JSON.stringify({ schemaVersion: 2, ...document }));
  const layer = image.layers[2]!;

  test.each<[string, (registry: TestRegistry) => Buffer, RegExp]>([
    ['sends another layer than asked for', (r) => (r.putImage(image, 'x'), r.putBlob(Buffer.alloc(image.layers[1]!.length), bigLayer), image.manifest), /a layer has the digest sha256:[0-9a-f]+, not sha256:/],
    ['sends more of a layer than its manifest says', (r) => (r.putImage(image, 'x'), r.putBlob(Buffer.concat([image.layers[1]!, Buffer.alloc(10)]), bigLayer), image.manifest), /is longer than the \d+ bytes that its manifest says/],
    ['sends another configuration', (r) => (r.putImage(image, 'x'), r.putBlob(Buffer.from('{}'), image.id), image.manifest), /the configuration has the digest/],
    ['sends a manifest without end', () => Buffer.alloc(5 * 2 ** 20, ' '), /the manifest is longer than 4194304 bytes/],
    ['names a configuration without end', () => manifestOf({ config: { ...config, size: 2 ** 30 }, layers: [] }), /configuration of 1073741824 bytes is longer/],
    ['sends a manifest that is no JSON', () => Buffer.from('<html>'), /the manifest is no JSON object/],
    ['sends neither manifest nor index', () => manifestOf({}), /is not that of an image/],
    ['sends schema 1', () => Buffer.from('{"schemaVersion":1}'), /manifest of schema 1/],
    ['names a layer without digest', () => manifestOf({ config, layers: [descriptor(layer, { digest: 'sha256:../../etc/passwd' })] }), /layer 0 has no sha256 digest/],
    ['names a layer without size', () => manifestOf({ config, layers: [descriptor(layer, { size: -1 })] }), /layer 0 has no size/],
    ['names a layer of no files', () => manifestOf({ config, layers: [descriptor(layer, { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' })] }), /is no layer of files/],
    ['names too many layers', () => manifestOf({ config, layers: Array.from({ length: 128 }, () => descriptor(layer)) }), /has 128 layers, more than 127/],
    ['has fewer layers than its configuration', (r) => (r.putImage(image, 'x'), manifestOf({ config, layers: [descriptor(layer)] })), /the manifest has 1 layers and the configuration 3/],
    ['swaps layers', (r) => (r.putImage(image, 'x'), manifestOf({ config, layers: [1, 0, 2].map((index) => descriptor(image.layers[index]!)) })), /unpacks to sha256:[0-9a-f]+, where the image's configuration says/],
  ])('that %s is refused, and nothing of the image is there', async (_, prepare, reason) => {
    registry.putManifest(prepare(registry), ['1']);
    await expect(store.pull(`${registry.host}/web:1`)).rejects.toThrow(reason);
    await expect(store.pull(`${registry.host}/web:1`)).rejects.toMatchObject({ code: 'invalid' });
    expect(await store.list()).toEqual([]);
    for (const folder of ['tmp', 'sessions', 'images', 'references']) expect(await readdir(join(store.root, folder))).toEqual([]);
  });

  test('that answers with indexes of indexes without end is refused', async () => {
    let inner = manifestOf({ config, layers: [] });
    for (let depth = 0; depth < 6; depth += 1) {
      const digest = registry.putManifest(inner, ['1']);
      inner = manifestOf({ manifests: [{ mediaType: OCI_INDEX, digest, size: inner.length }] });
    }
    registry.putManifest(inner, ['1'], OCI_INDEX);
    await expect(store.pull(`${registry.host}/web:1`)).rejects.toThrow(/indexes lead from one to the next more than 4 times/);
  });

  test('that answers a digest with another manifest is refused', async () => {
    registry.intercept = (_, response) => response.end('{}') !== undefined;
    await expect(store.pull(`${registry.host}/web@${digestOf('x')}`)).rejects.toThrow(/the manifest has the digest sha256:[0-9a-f]+, not sha256:/);
  });

  test('that redirects gets no credentials to where it redirects', async () => {
    const elsewhere = await new TestRegistry().start();
    const headers: (string | undefined)[] = [];
    elsewhere.putImage(image, '1');
    elsewhere.intercept = (request) => {
      headers.push(request.headers.authorization);
      return false;
    };
    registry.putImage(image, '1');
    registry.intercept = (request, response) => {
      if (request.headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else if (request.url!.includes('/blobs/')) response.writeHead(307, { location: `http://${elsewhere.host}${request.url}` }).end();
      else return false;
      return true;
    };
    await store.pull(`${registry.host}/web:1`, { credentials: { username: 'robot', password: 'secret' } });
    expect(headers).toEqual([undefined, undefined, undefined, undefined]);
    registry.intercept = (request, response) => response.writeHead(302, { location: request.url }).end() !== undefined;
    await expect(store.pull(`${registry.host}/other:1`)).rejects.toThrow(/redirects more than 5 times/);
    await elsewhere.stop();
  });
});

const address = Object.values(networkInterfaces()).flat().find((each) => each?.family === 'IPv4' && !each.internal)?.address;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
describe.skipIf(!isRoot || !hasOpenssl || address === undefined)('a registry with a certificate of its own (needs root, openssl and an address that is not of the loopback interface)', () => {
  test('is trusted when its authority is named, and not before', async () => {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(place, name)) as [string, string];
    spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=registry', '-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', cert]);
    const secure = await new TestRegistry().start(address, { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') });
    secure.putImage(image, '1');
    await expect(store.pull(`${secure.host}/web:1`)).rejects.toThrow('self-signed certificate');
    await writeFile(join(store.root, 'registries.json'), JSON.stringify({ [secure.host]: { authority: cert } }));
    expect((await store.pull(`${secure.host}/web:1`)).id).toBe(image.id);
    await secure.stop();
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, link as hardLinkFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from './digest.js';
import type { MadeImage } from './image-harness.suite.js';
import { archiveOf, directory, hardLink, imageOf, inPieces, layoutArchive, link, savedArchive } from './image-harness.suite.js';
import type { ImageStore } from './image-store.js';
import { openImageStore } from './open-image-store.js';

const isRoot = process.getuid?.() === 0;
const CAPABILITY = Buffer.from('0100000200200000000000000000000000000000', 'hex');

let place: string;
let store: ImageStore;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'gantry-images-'));
  store = await openImageStore({ root: join(place, 'store') });
});
afterEach(async () => {
  await store.close();
  await rm(place, { recursive: true, force: true });
});

const load = (archive: Buffer): ReturnType<ImageStore['load']> => store.load(inPieces(archive, 50_000));
const saved = (image: MadeImage, ...tags: string[]): Buffer => savedArchive([{ image, tags }]);
const small = imageOf([archiveOf([{ name: 'a', content: 'small' }])]);

/** What a container would see of the layers: their overlay, listed. */
function merged(layers: readonly string[], command: string): string[] {
  const mount = join(place, 'merged');
  const script = `mkdir -p ${mount} && mount -t overlay overlay -o lowerdir=${layers.toReversed().join(':')}:${place}/empty ${mount} && cd ${mount} && ${command}`;
  return execFileSync('unshare', ['--mount', 'sh', '-c', `mkdir -p ${place}/empty && ${script}`]).toString().trim().split('\n').toSorted();
}

describe.skipIf(!isRoot)('a loaded image (needs root)', () => {
  test('is found by name and id, and says what its containers are made of', async () => {
    const image = imageOf([archiveOf([{ name: 'bin/run', content: 'x'.repeat(1000), mode: 0o755 }])], { config: { Env: ['A=1'], Cmd: ['run'], User: '7:8', Labels: { a: 'b' } } });
    const [loaded] = await load(savedArchive([{ image, tags: ['web:1', 'registry.example.com/web:2'] }]));
    expect(loaded).toMatchObject({ id: image.id, repoTags: ['docker.io/library/web:1', 'registry.example.com/web:2'], repoDigests: [], size: 1000, config: { Env: ['A=1'], Cmd: ['run'], User: '7:8', Labels: { a: 'b' } } });
    for (const name of ['web:1', 'docker.io/library/web:1', 'registry.example.com/web:2', image.id, image.id.slice(7), image.id.slice(7, 19)]) expect((await store.get(name))?.id).toBe(image.id);
    for (const name of ['web', 'web:3', digestOf('x'), '0123456789ab', 'No Name']) expect(await store.get(name)).toBeUndefined();
    expect(await readFile(join(loaded!.layers[0]!, 'bin/run'), 'utf8')).toBe('x'.repeat(1000));
  });

  test('of an OCI layout is the same as one of docker save', async () => {
    const archive = archiveOf([{ name: 'a', content: 'x' }]);
    const image = imageOf([archive], { compress: (layer) => [zstdCompressSync(layer), 'tar+zstd'] });
    for (const form of [layoutArchive(image, 'registry.example.com/web:1'), gzipSync(layoutArchive(image, 'registry.example.com/web:1')), zstdCompressSync(saved(image, 'registry.example.com/web:1'))]) {
      const [loaded] = await load(form);
      expect(loaded).toMatchObject({ id: image.id, repoTags: ['registry.example.com/web:1'] });
      await store.remove(image.id);
    }
  });

  test('has in overlay what its layers say together', async () => {
    const image = imageOf([
      archiveOf([
        directory('tmp/', { mode: 0o1777 }), directory('etc/'), { name: 'etc/kept', content: '1' }, { name: 'etc/removed', content: '1' }, directory('etc/gone/'), { name: 'etc/gone/file', content: '1' },
        directory('opaque/'), { name: 'opaque/old', content: '1' }, directory('opaque/both/'), { name: 'opaque/both/old', content: '1' }, directory('again/'), { name: 'again/old', content: '1' }, { name: 'kind', content: '1' },
      ]),
      archiveOf([
        // The directory is implied: it stays as it is below.
        { name: 'tmp/new', content: '2' }, directory('etc/'), { name: 'etc/.wh.removed' }, { name: 'etc/.wh.gone' }, directory('opaque/'), { name: 'opaque/.wh..wh..opq' }, directory('opaque/both/'), { name: 'opaque/both/new', content: '2' },
        { name: '.wh.again' }, directory('again/'), { name: 'again/new', content: '2' }, { name: '.wh.never' }, directory('kind/'), { name: 'kind/inside', content: '2' },
      ]),
      archiveOf([directory('etc/'), { name: 'etc/removed', content: '3' }, { name: 'opaque/.wh.both' }, { name: '.wh.kind' }]),
    ]);
    const [loaded] = await load(saved(image, 'web:1'));
    expect(merged(loaded!.layers, 'find . -mindepth 1')).toEqual(['./again', './again/new', './etc', './etc/kept', './etc/removed', './opaque', './tmp', './tmp/new']);
    expect(merged(loaded!.layers, 'stat -c %a tmp; cat etc/removed')).toEqual(['1777', '3'].toSorted());
  });

  test('has devices, pipes and the capabilities of its programs', async () => {
    const xattrs = new Map([['security.capability', CAPABILITY], ['user.note', Buffer.from([0, 255, 61, 10])]]);
    const image = imageOf([archiveOf([
      { name: 'bin/ping', content: 'ping', mode: 0o755, xattrs }, hardLink('bin/ping6', 'bin/ping'), { name: 'dev/null', type: 'character-device', mode: 0o666, uid: 3, gid: 4, major: 1, minor: 3 }, { name: 'run/pipe', type: 'fifo', mode: 0o620 },
    ])]);
    const [loaded] = await load(saved(image, 'web:1'));
    const folder = loaded!.layers[0]!;
    const copied = execFileSync('tar', ['--create', '--xattrs', '--xattrs-include=*', '-C', folder, 'bin/ping6']);
    expect(copied.includes(Buffer.concat([Buffer.from('SCHILY.xattr.security.capability='), CAPABILITY]))).toBe(true);
    expect(copied.includes(Buffer.from([...Buffer.from('SCHILY.xattr.user.note='), 0, 255, 61, 10]))).toBe(true);
    expect(await readFile(join(folder, 'bin/ping'), 'utf8')).toBe('ping');
    expect(await stat(join(folder, 'dev/null'))).toMatchObject({ mode: 0o20666, uid: 3, gid: 4, rdev: 0x103 });
    expect((await stat(join(folder, 'run/pipe'))).mode).toBe(0o10620);
  });

  test('shares its layers with others, and takes with it only what is its own', async () => {
    const base = archiveOf([{ name: 'base', content: 'x' }]);
    const [first, second] = [imageOf([base, archiveOf([{ name: 'first', content: 'x' }])]), imageOf([base, archiveOf([{ name: 'second', content: 'x' }])])];
    await load(savedArchive([{ image: first, tags: ['first:1'] }, { image: second, tags: ['second:1'] }]));
    expect(await readdir(join(store.root, 'layers'))).toHaveLength(3);
    await store.remove('first:1');
    expect((await store.list()).map(({ repoTags }) => repoTags)).toEqual([['docker.io/library/second:1']]);
    expect(await readdir(join(store.root, 'layers'))).toHaveLength(2);
    expect((await store.get('second:1'))?.layers.every((layer) => existsSync(layer))).toBe(true);
    await store.remove(second.id);
    await store.remove(second.id);
    for (const folder of ['layers', 'images', 'references', 'sessions']) expect(await readdir(join(store.root, folder))).toEqual([]);
  });

  test('is on the disk for good once the store is closed', async () => {
    const [loaded] = await load(saved(imageOf(['a', 'b', 'c'].map((name) => archiveOf([{ name, content: name }]))), 'web:1'));
    await store.close();
    for (const layer of loaded!.layers) expect(existsSync(join(layer, '..', 'durable'))).toBe(true);
    expect(await readdir(join(store.root, 'blobs'))).toEqual([]);
  });

  test('has as many names as it is given, and goes with the last', async () => {
    await load(saved(small, 'a:1'));
    await store.tag('a:1', 'b:2');
    await expect(store.tag('none:1', 'b:2')).rejects.toMatchObject({ code: 'image-not-found' });
    await store.remove('a:1');
    expect((await store.get(small.id))?.repoTags).toEqual(['docker.io/library/b:2']);
    await store.remove('b:2');
    expect(await store.list()).toEqual([]);
  });

  test('loses its name to the next that has it', async () => {
    const next = imageOf([archiveOf([{ name: 'a', content: 'next' }])]);
    await load(saved(small, 'web:1'));
    await load(saved(next, 'web:1'));
    expect((await store.get('web:1'))?.id).toBe(next.id);
    expect((await store.get(small.id))?.repoTags).toEqual([]);
  });

  test('cannot be removed while something holds it, in this process or another', async () => {
    await load(saved(small, 'web:1'));
    await store.hold({ imageId: small.id, holder: 'node-1.abc' });
    const other = await openImageStore({ root: store.root });
    await expect(other.remove('web:1')).rejects.toThrow(`the image ${small.id} is in use by node-1.abc`);
    expect(await other.holds()).toEqual([{ imageId: small.id, holder: 'node-1.abc' }]);
    await other.release({ imageId: small.id, holder: 'node-1.abc' });
    await other.remove('web:1');
    await expect(store.hold({ imageId: small.id, holder: 'node-1.abc' })).rejects.toMatchObject({ code: 'image-not-found' });
    expect(await store.holds()).toEqual([]);
    await other.close();
  });

  test('that a machine went down with, before it was on the disk, does not count', async () => {
    await load(saved(small, 'web:1'));
    await store.close();
    const [layer] = await readdir(join(store.root, 'layers'));
    const record = join(store.root, 'layers', layer!, 'layer.json');
    await writeFile(record, (await readFile(record, 'utf8')).replace(/"boot":"[^"]*"/, '"boot":"an earlier one"'));
    store = await openImageStore({ root: store.root });
    expect((await store.get('web:1'))?.id).toBe(small.id);
    await rm(join(store.root, 'layers', layer!, 'durable'));
    store = await openImageStore({ root: store.root });
    expect(await store.get('web:1')).toBeUndefined();
    await load(saved(small, 'web:1'));
    expect((await store.get('web:1'))?.id).toBe(small.id);
  });
});

describe.skipIf(!isRoot)('a hostile archive (needs root)', () => {
  const other = imageOf([archiveOf([{ name: 'other', content: 'x' }])]);
  const swapped: MadeImage = { ...small, layers: other.layers };
  const blob = (bytes: Buffer): string => `blobs/sha256/${digestOf(bytes).slice(7)}`;
  test.each<[string, Buffer, RegExp]>([
    ['whose layer is another than its configuration says', saved(swapped, 'web:1'), /unpacks to sha256:[0-9a-f]+, where the image's configuration says/],
    ['without an image', archiveOf([{ name: 'file', content: 'x' }]), /holds no image/],
    ['without the layer that it names', archiveOf([{ name: 'manifest.json', content: JSON.stringify([{ Config: 'c.json', RepoTags: [], Layers: ['nowhere'] }]) }, { name: 'c.json', content: small.config }]), /has no layer nowhere/],
    ['with a layer too few', archiveOf([{ name: 'manifest.json', content: JSON.stringify([{ Config: 'c.json', Layers: [] }]) }, { name: 'c.json', content: small.config }]), /the manifest has 0 layers and the configuration 1/],
    ['whose configuration leads out', archiveOf([{ name: 'manifest.json', content: JSON.stringify([{ Config: '../../../etc/passwd', Layers: [] }]) }]), /has no \.\.\/\.\.\/\.\.\/etc\/passwd/],
    ['whose configuration is a link that leads out', archiveOf([{ name: 'manifest.json', content: JSON.stringify([{ Config: 'c.json', Layers: [] }]) }, link('c.json', '../../../../../../etc/passwd')]), /has no c\.json/],
    ['whose links lead round', archiveOf([link('manifest.json', 'b'), link('b', 'manifest.json')]), /holds no image/],
    ['with a configuration without end', archiveOf([{ name: 'manifest.json', content: JSON.stringify([{ Config: 'c.json', Layers: [] }]) }, { name: 'c.json', content: Buffer.alloc(5 * 2 ** 20) }]), /c\.json of the archive is longer than 4194304 bytes/],
    ['of a layout with a wrong blob', archiveOf([{ name: 'index.json', content: JSON.stringify({ manifests: [{ mediaType: 'x', digest: digestOf(small.manifest), size: 1 }] }) }, { name: blob(small.manifest), content: other.manifest }]), /has another digest/],
    ['of a layout with an index of itself', archiveOf([{ name: 'index.json', content: JSON.stringify({ manifests: [{ mediaType: 'x', digest: digestOf('x'), size: 1 }] }) }, { name: `blobs/sha256/${digestOf('x').slice(7)}`, content: 'x' }]), /the manifest is no JSON object/],
    ['that is no archive', Buffer.from('no archive at all '.repeat(100)), /no tar archive/],
  ])('%s is refused, and leaves nothing', async (_, archive, reason) => {
    await expect(load(archive)).rejects.toThrow(reason);
    await expect(load(archive)).rejects.toMatchObject({ code: 'invalid' });
    expect(await store.list()).toEqual([]);
    for (const folder of ['tmp', 'sessions', 'layers']) expect(await readdir(join(store.root, folder))).toEqual([]);
  });
});

describe.skipIf(!isRoot)('an image of a folder (needs root)', () => {
  beforeEach(async () => {
    await mkdir(join(place, 'files', 'bin'), { recursive: true });
    await writeFile(join(place, 'files', 'bin', 'run'), 'program');
    await chown(join(place, 'files', 'bin', 'run'), 4, 5);
    await chmod(join(place, 'files', 'bin', 'run'), 0o4755);
    await hardLinkFile(join(place, 'files', 'bin', 'run'), join(place, 'files', 'bin', 'second'));
    await symlink('run', join(place, 'files', 'bin', 'link'));
    await writeFile(join(place, 'files', Buffer.from('größe').toString()), '');
  });

  test('holds its files as they are, and is the same each time', async () => {
    const build = (): ReturnType<ImageStore['build']> => store.build({ folder: join(place, 'files'), tags: ['tool:1'], config: { Entrypoint: ['/bin/run'], Env: ['A=1'] } });
    const built = await build();
    expect(built).toMatchObject({ repoTags: ['docker.io/library/tool:1'], config: { Entrypoint: ['/bin/run'], Env: ['A=1'] } });
    const folder = built.layers[0]!;
    expect(await stat(join(folder, 'bin/run'))).toMatchObject({ mode: 0o104755, uid: 4, gid: 5, nlink: 2 });
    expect(execFileSync('diff', ['--recursive', '--no-dereference', folder, join(place, 'files')]).toString()).toBe('');
    expect((await build()).id).toBe(built.id);
  });

  test('has the owner that is asked for', async () => {
    const built = await store.build({ folder: join(place, 'files'), tags: [], owner: { uid: 0, gid: 0 } });
    expect(await stat(join(built.layers[0]!, 'bin/run'))).toMatchObject({ uid: 0, gid: 0 });
  });

  test('that is none is refused', async () => {
    await expect(store.build({ folder: join(place, 'nowhere'), tags: [] })).rejects.toThrow('is no folder');
    await expect(store.build({ folder: join(place, 'files'), tags: ['No Name'] })).rejects.toThrow('invalid reference format');
  });
});

import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveOf, imageOf, inPieces, savedArchive } from '../image-harness.suite.js';
import type { ImageStore } from '../image-store.js';
import { openImageStore } from '../open-image-store.js';
import { storePlaces } from '../store/places.js';
import { beginSession } from '../store/sessions.js';

const isRoot = process.getuid?.() === 0;
/** Whatever the disk of this machine is like, it is too full. */
const FULL = { high: 0, low: 0, minimumAge: 0 };
const images = ['first', 'second', 'third'].map((name) => ({ tags: [`${name}:1`], image: imageOf([archiveOf([{ name, content: name.repeat(100) }])]) }));

let place: string;
let store: ImageStore;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'gantry-garbage-'));
  store = await openImageStore({ root: join(place, 'store') });
  if (isRoot) await store.load(inPieces(savedArchive(images)));
});
afterEach(async () => {
  await store.close();
  await rm(place, { recursive: true, force: true });
});

const names = async (): Promise<string[]> => (await store.list()).flatMap(({ repoTags }) => repoTags).toSorted();

describe.skipIf(!isRoot)('when the disk is full (needs root)', () => {
  test('everything goes that nothing holds and nobody keeps, and its layers with it', async () => {
    await store.hold({ imageId: images[0]!.image.id, holder: 'c.1' });
    const report = await store.collectGarbage({ ...FULL, keep: ['second:1'] });
    expect(report.removed.map(({ repoTags }) => repoTags)).toEqual([['docker.io/library/third:1']]);
    expect(report.freed).toBe(500);
    expect(report.short).toBeGreaterThan(0);
    expect(await names()).toEqual(['docker.io/library/first:1', 'docker.io/library/second:1']);
    expect(await readdir(join(store.root, 'layers'))).toHaveLength(2);
  });

  test('what has just come stays', async () => {
    expect((await store.collectGarbage({ high: 0, low: 0 })).removed).toEqual([]);
  });

  test('what was used last goes last', async () => {
    for (const [index, { image }] of images.entries()) await utimes(join(store.root, 'images', `${image.id.slice(7)}.json`), 1000 - index, 1000 - index);
    const report = await store.collectGarbage(FULL);
    expect(report.removed.flatMap(({ repoTags }) => repoTags)).toEqual(['docker.io/library/third:1', 'docker.io/library/second:1', 'docker.io/library/first:1']);
  });

  test('downloads that were cut off stay for a day', async () => {
    const partial = join(store.root, 'ingest', 'a'.repeat(64));
    await writeFile(partial, 'part');
    await store.collectGarbage(FULL);
    expect(await readdir(join(store.root, 'ingest'))).toHaveLength(1);
    await utimes(partial, 1000, 1000);
    await store.collectGarbage(FULL);
    expect(await readdir(join(store.root, 'ingest'))).toEqual([]);
  });

  test('what somebody is bringing in stays until that has ended', async () => {
    const end = await beginSession(storePlaces(store.root), { images: [images[1]!.image.id], chainIds: [], blobs: [] });
    await store.collectGarbage(FULL);
    expect(await names()).toEqual(['docker.io/library/second:1']);
    await end();
    await store.collectGarbage(FULL);
    expect(await names()).toEqual([]);
  });

  test('an image of which the machine has lost a layer goes too, with the layers that are left', async () => {
    const image = imageOf([archiveOf([{ name: 'lost', content: 'x' }]), archiveOf([{ name: 'left', content: 'x' }])]);
    const [lost] = await store.load(inPieces(savedArchive([{ image, tags: ['lost:1'] }])));
    // What it still writes beside the layers is written.
    await store.close();
    await rm(join(lost!.layers[0]!, '..'), { recursive: true });
    expect(await store.get('lost:1')).toBeUndefined();
    await store.collectGarbage(FULL);
    for (const folder of ['images', 'references', 'layers']) expect(await readdir(join(store.root, folder))).toEqual([]);
  });

  test('a name whose image a process took away before it died leads to nothing that comes later', async () => {
    const [{ image }] = images as [(typeof images)[number]];
    await rm(join(store.root, 'images', `${image.id.slice(7)}.json`));
    await store.collectGarbage();
    expect(await readdir(join(store.root, 'references'))).toHaveLength(2);
    const [again] = await store.load(inPieces(savedArchive([{ image, tags: ['again:1'] }])));
    expect(again?.repoTags).toEqual(['docker.io/library/again:1']);
  });

  test('what is there and what somebody is about to bring in are not in each other\'s way', async () => {
    const busy = Promise.all(images.map((each) => store.load(inPieces(savedArchive([each])))));
    await Promise.all([store.collectGarbage(FULL), store.collectGarbage(FULL)]);
    await busy;
    // Those that lack a layer are not listed.
    expect(await store.list()).toHaveLength((await readdir(join(store.root, 'images'))).length);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Written } from '../image-harness.suite.js';
import { archiveOf, directory, link } from '../image-harness.suite.js';
import { ImageError } from '../image-error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { finishLayer } from './finish-layer.js';
import { unpackLayer } from './unpack-layer.js';
import { Whiteouts } from './whiteouts.js';

const isRoot = process.getuid?.() === 0;
const CAPABLE = new Map([['security.capability', Buffer.from('0100000200200000000000000000000000000000', 'hex')]]);
/** What becomes of `x\xff`, which is no UTF-8, in the arguments of a program. */
const WRITTEN_AS = Buffer.from('x\ufffd').toString('latin1');

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'gantry-hostile-'));
  await mkdir(join(place, 'outside', 'b', 'c'), { recursive: true });
  await writeFile(join(place, 'outside', 'b', 'a'), 'untouched');
  // What a layer below may hold.
  await mkdir(join(place, 'lower', 'b'), { recursive: true });
  await writeFile(join(place, 'lower', 'b', 'a'), 'lower');
  await symlink(join(place, 'outside'), join(place, 'lower', 'a'));
  await symlink('../outside', join(place, 'lower', 'c'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

/** All of what must not change, with modes, owners and times. */
function outside(): string {
  return spawnSync('find', [join(place, 'outside'), join(place, 'lower'), '-printf', '%p %y %m %U %n %T@ %l\\n'], { cwd: place }).stdout.toString() + capabilities();
}

/** Which of them have any, as GNU tar tells. */
function capabilities(): string {
  const archive = spawnSync('tar', ['--create', '--xattrs', '--xattrs-include=security.*', '-C', place, 'outside']).stdout.toString('latin1');
  return `${archive.split('SCHILY.xattr.').length - 1} attributes`;
}

/** Unpacks a layer over the lower one, to its end. */
async function unpack(entries: readonly Written[]): Promise<void> {
  const folder = join(place, 'layer');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await writeFile(join(place, 'blob'), archiveOf(entries));
  const { remaining } = await unpackLayer({ blob: join(place, 'blob'), folder, limits: DEFAULT_LIMITS });
  await finishLayer({ folder, remaining, below: [join(place, 'lower')], whiteouts: new Whiteouts(place, place), temporary: join(place, 'models'), logger: silentLogger });
}

describe.skipIf(!isRoot)('nothing outside of its folder is changed by a layer (needs root)', () => {
  test.each<[string, readonly Written[]]>([
    ['that removes something in a directory that becomes a link', [{ name: 'a/b/.wh.new' }, link('a', 'PLACE/outside')]],
    ['that implies a directory that becomes a link', [{ name: 'a/b/file' }, { name: 'a/b/.wh.new' }, link('a', 'PLACE/outside')]],
    ['that empties a directory that becomes a link', [{ name: 'a/b/.wh..wh..opq' }, link('a', 'PLACE/outside')]],
    ['that has a pipe in a directory that becomes a link', [{ name: 'a/b/pipe', type: 'fifo' }, link('a', 'PLACE/outside')]],
    ['that has attributes in a directory that becomes a link', [{ name: 'a/b/a', content: 'x', xattrs: new Map([['user.note', Buffer.from('x')]]) }, link('a', 'PLACE/outside')]],
    ['that has attributes of a directory in which a link is named as their model', [directory('d/', { xattrs: CAPABLE }), link('d/0', 'PLACE/outside/b/a')]],
    ['that has attributes behind a name that is no text, and a link of the name that it is written as', [{ name: 'x\xff/b/a', content: 'x', xattrs: CAPABLE }, link(WRITTEN_AS, 'PLACE/outside')]],
    ['that has a pipe behind a name that is no text, and a link of the name that it is written as', [{ name: 'x\xff/b/pipe', type: 'fifo' }, link(WRITTEN_AS, 'PLACE/outside')]],
    ['that removes what is behind a link of the layer below', [{ name: 'a/b/.wh.a' }, { name: 'c/b/.wh.a' }]],
  ])('%s', async (_, entries) => {
    const before = outside();
    await unpack(entries.map((entry) => (entry.linkName === undefined ? entry : { ...entry, linkName: entry.linkName.replace('PLACE', place) })));
    expect(outside()).toBe(before);
  });

  const path = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '..', '.', '.wh.a', '.wh.b', '.wh..wh..opq'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const target = fc.constantFrom('a', 'b', '..', '../..', '../outside', '/', 'a/b', 'OUTSIDE', 'OUTSIDE/b', './c');
  const entry = fc.record({
    type: fc.constantFrom<Written['type'][]>('file', 'file', 'directory', 'directory', 'symbolic-link', 'symbolic-link', 'hard-link', 'fifo'),
    name: fc.oneof({ weight: 30, arbitrary: path }, { weight: 1, arbitrary: path.map((relative) => `/${relative}`) }),
    linkName: target, content: fc.constantFrom('', 'x'), mode: fc.constantFrom(0o644, 0o4755, 0o777, 0), uid: fc.constantFrom(0, 7),
  });

  test('of whatever entries it is made; it is unpacked or refused with a reason', { timeout: 60_000 }, async () => {
    const before = outside();
    const property = fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 10 }), async (entries) => {
      const named = entries.map((each) => ({ ...each, linkName: each.linkName.replace('OUTSIDE', join(place, 'outside')), content: each.type === 'file' ? each.content : '' }));
      const failure = await unpack(named).then(() => undefined, (error: unknown) => error);
      if (failure !== undefined && !(failure instanceof ImageError)) throw failure;
      expect(outside()).toBe(before);
    });
    await fc.assert(property, { numRuns: 300, seed: 7 });
  });
});

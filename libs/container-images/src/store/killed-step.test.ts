import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archiveOf, directory, imageOf } from '../image-harness.suite.js';
import { openImageStore } from '../open-image-store.js';
import { TestRegistry } from '../registry-harness.suite.js';

const isRoot = process.getuid?.() === 0;
/** Of all steps, so many are a last one. */
const KILLS = 8;
const image = imageOf([
  archiveOf([directory('dir/'), { name: 'dir/lower', content: 'lower' }, { name: 'gone', content: 'x' }, { name: 'ping', content: 'x', xattrs: new Map([['user.note', Buffer.from('x')]]) }]),
  archiveOf([{ name: '.wh.gone' }, directory('dir/'), { name: 'dir/upper', content: 'upper' }, { name: 'pipe', type: 'fifo' }]),
], { compress: (archive) => [gzipSync(archive), 'tar+gzip'] });

let root: string;
let registry: TestRegistry;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gantry-killed-'));
  registry = await new TestRegistry().start();
  registry.putImage(image, '1');
});
afterEach(async () => {
  await registry.stop();
  await rm(root, { recursive: true, force: true });
});

/** Resolves to how many steps a process took that was not killed. */
async function work(last: number): Promise<number | undefined> {
  const loader = join(import.meta.dirname, '../../../../scripts/testing/source-loader.mjs');
  const child = fork(join(import.meta.dirname, 'killed-step.fixture.mjs'), [root, `${registry.host}/web:1`, String(last)], { execArgv: ['--experimental-transform-types', '--no-warnings', '--import', loader] });
  let steps: number | undefined;
  child.once('message', (told) => (steps = told as number));
  await once(child, 'exit');
  return steps;
}

test.skipIf(!isRoot)('a process that is killed before any step leaves nothing half done, and the next one goes on (needs root)', { timeout: 180_000 }, async () => {
  const steps = (await work(0))!;
  expect(steps).toBeGreaterThan(50);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const step = 1 + Math.floor((kill * steps) / KILLS);
    expect(await work(step), `step ${step} of ${steps}`).toBeUndefined();
    const store = await openImageStore({ root, platform: { os: 'linux', architecture: 'amd64' } });
    for (const found of await store.list()) expect(await readFile(join(found.layers[1]!, 'dir/upper'), 'utf8')).toBe('upper');
    const pulled = await store.pull(`${registry.host}/web:1`);
    expect(await readFile(join(pulled.layers[0]!, 'dir/lower'), 'utf8')).toBe('lower');
    for (const hold of await store.holds()) await store.release(hold);
    await store.remove(pulled.id);
    await store.collectGarbage();
    for (const folder of ['tmp', 'sessions', 'layers', 'images', 'references', 'blobs', 'ingest']) expect(await readdir(join(root, folder)), `${folder} after step ${step}`).toEqual([]);
    await store.close();
  }
  const left = spawnSync('sh', ['-c', 'ps -eo args | grep "[f]lock $0"', root]).stdout.toString();
  expect(left).toBe('');
});

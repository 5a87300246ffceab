import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContainerRuntime } from '../runtime.js';
import { createOciRuntime } from './create-oci-runtime.js';
import { ociAbsent, ociTestBed } from './oci-harness.suite.js';
import type { OciTestBed } from './oci-harness.suite.js';

/** Of all steps, so many are a last one; all of them with `GANTRY_TEST_ALL_STEPS=1`, which takes a quarter of an hour. */
const KILLS = 12;
const everyStep = process.env['GANTRY_TEST_ALL_STEPS'] === '1';

describe('a kubelet that is killed at any step', { timeout: everyStep ? 3_600_000 : 300_000 }, () => {
  const absent = ociAbsent();
  let bed: OciTestBed;
  beforeAll(async () => {
    if (absent === undefined) bed = await ociTestBed();
  });
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });
  afterAll(() => (absent === undefined ? bed.dispose() : undefined));

  /** What a process did that was not killed; undefined where it was. */
  const work = async (last: number): Promise<{ steps: string[] | undefined; lastWords: string }> => {
    const { images: _, ...options } = bed.options;
    const args = [JSON.stringify({ ...options, images: join(bed.folder, 'images'), folder: bed.folder }), String(last)];
    const child = fork(join(import.meta.dirname, 'killed-step.fixture.mjs'), args, {
      execArgv: ['--experimental-transform-types', '--no-warnings', '--import', join(import.meta.dirname, '../../../../scripts/testing/source-loader.mjs')], stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: { ...process.env, GANTRY_TEST_BED: bed.folder },
    });
    let steps: string[] | undefined;
    let lastWords = '';
    child.stdout?.on('data', (chunk: Buffer) => (lastWords += chunk.toString()));
    child.once('message', (told) => (steps = told as string[]));
    await once(child, 'exit');
    return { steps, lastWords };
  };
  const runs = (name: string): number => {
    const file = join(bed.folder, 'shared', name);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  };
  /** What has the test's mark in its environment, whatever it is. */
  const marked = (): string[] => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`GANTRY_TEST_BED=${bed.folder}`);
    } catch {
      return false;
    }
  }).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));

  const recovered = async (): Promise<void> => {
    const runtime: ContainerRuntime = createOciRuntime(bed.options);
    await runtime.endCommands();
    for (const { name, state, exitCode } of await runtime.listContainers()) {
      // What is said to have run did, once; of what is said not to have run nothing is there.
      expect([name, state, runs(name)]).toEqual([name, state, state === 'created' ? 0 : 1]);
      if (state === 'exited') expect([0, 3, 5, 137]).toContain(exitCode);
    }
    for (const name of ['main', 'short']) expect(runs(name)).toBeLessThanOrEqual(1);
    await Promise.all((await runtime.listSandboxes()).map(({ id }) => runtime.removeSandbox(id)));
    await expect.poll(async () => [...(await bed.leftOver()), ...marked()], { timeout: 10_000 }).toEqual([]);
    for (const name of ['main', 'short']) expect(runs(name)).toBeLessThanOrEqual(1);
    await runtime.close();
  };
  const fresh = (): void => {
    for (const name of ['shared', 'logs']) rmSync(join(bed.folder, name), { recursive: true, force: true });
    mkdirSync(join(bed.folder, 'shared'), { mode: 0o777 });
  };

  test('has run nothing twice and leaves nothing when the next one has cleaned up', async () => {
    fresh();
    const { steps = [] } = await work(0);
    expect(steps.length).toBeGreaterThan(100);
    await recovered();
    const kills = everyStep ? steps.length : KILLS;
    for (let kill = 0; kill < kills; kill += 1) {
      const step = 1 + Math.floor((kill * steps.length) / kills);
      fresh();
      const { steps: finished, lastWords } = await work(step);
      expect(finished, `step ${step}`).toBeUndefined();
      await recovered().catch((error: unknown) => Promise.reject(new Error(`killed at step ${step} of ${steps.length}, ${lastWords.trim()}`, { cause: error })));
    }
  });
});

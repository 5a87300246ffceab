import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOciRuntime } from './create-oci-runtime.js';
import { countingContainer, podSandbox } from './killed-step.suite.js';
import { ociAbsent, ociTestBed } from './oci-harness.suite.js';
import type { OciTestBed } from './oci-harness.suite.js';

/** Seconds that a program has before it is killed: some before it did anything, some after it did all. */
const MOMENTS = [0, 0.01, 0.02, 0.04, 0.08];

describe('a program of the runtime that is killed', { timeout: 120_000 }, () => {
  const absent = ociAbsent();
  let bed: OciTestBed;
  beforeAll(async () => {
    if (absent === undefined) bed = await ociTestBed();
  });
  beforeEach((context) => {
    if (absent !== undefined) return context.skip(absent);
    rmSync(join(bed.folder, 'shared'), { recursive: true, force: true });
    mkdirSync(join(bed.folder, 'shared'), { mode: 0o777 });
  });
  afterAll(() => (absent === undefined ? bed.dispose() : undefined));

  /** A program that does as that one, but that some time after it began with `verb` it is killed. */
  const mortal = (program: string, verb: string, seconds: number): string => {
    const path = join(bed.folder, `mortal-${verb}`);
    writeFileSync(path, `#!/bin/sh
case " $* " in
  *" ${verb} "*) '${program}' "$@" <&0 & pid=$!; (sleep ${seconds}; kill -9 $pid) < /dev/null > /dev/null 2>&1 3>&- & wait $pid ;;
  *) exec '${program}' "$@" ;;
esac
`);
    chmodSync(path, 0o755);
    return path;
  };
  const runs = (): number => {
    const file = join(bed.folder, 'shared/main');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  };

  const programs = ['create', 'start', 'delete', '--cid'].flatMap((verb) => MOMENTS.map((seconds) => [verb, seconds] as const));
  test.each(programs)('during %s, after %d s, fails what it was for, and leaves nothing when the pod is removed', async (verb, seconds) => {
    const { binary, conmon } = bed.options;
    const options = verb === '--cid' ? { ...bed.options, conmon: mortal(conmon, verb, seconds) } : { ...bed.options, binary: { ...binary, path: mortal(binary.path, verb, seconds) } };
    const runtime = createOciRuntime(options);
    const sandbox = await runtime.runSandbox(podSandbox());
    const id = await runtime.createContainer(sandbox, countingContainer(bed.folder, 'main', 'sleep 600'));
    const failure = await runtime.startContainer(id).then(() => undefined, (error: unknown) => error);
    if (failure !== undefined) expect(failure).toMatchObject({ code: 'start-failed' });
    // Without its reaper a container ends, whenever that was killed.
    if (failure !== undefined || verb === '--cid') await expect.poll(async () => (await runtime.containerStatus(id)).state).toBe('exited');
    await runtime.close();
    const next = createOciRuntime(bed.options);
    await next.removeSandbox(sandbox);
    expect(runs()).toBeLessThanOrEqual(1);
    await expect.poll(() => bed.leftOver(), { timeout: 10_000 }).toEqual([]);
    await next.close();
  });

  test.each(MOMENTS)('during exec, after %d s, ends the command too', async (seconds) => {
    const runtime = createOciRuntime({ ...bed.options, binary: { ...bed.options.binary, path: mortal(bed.options.binary.path, 'exec', seconds) } });
    const sandbox = await runtime.runSandbox(podSandbox());
    const id = await runtime.createContainer(sandbox, countingContainer(bed.folder, 'main', 'sleep 600'));
    await runtime.startContainer(id);
    const printed: Uint8Array[] = [];
    const how = await runtime.exec(id, ['sleep', '613'], { tty: false, stdout: (chunk) => void printed.push(chunk) }, new AbortController().signal).catch((error: unknown) => error);
    expect(how).toMatchObject(how instanceof Error ? { code: 'invalid' } : { exitCode: 137 });
    await runtime.close();
    const next = createOciRuntime(bed.options);
    await next.endCommands();
    await expect.poll(async () => Buffer.from((await next.execSync(id, ['ps'], 10_000)).stdout).toString()).not.toContain('sleep 613');
    await next.removeSandbox(sandbox);
    await expect.poll(() => bed.leftOver(), { timeout: 10_000 }).toEqual([]);
    await next.close();
  });
});

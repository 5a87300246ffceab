import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContainerRuntime } from '../../runtime.js';
import { createOciRuntime } from '../create-oci-runtime.js';
import { ociAbsent, ociTestBed, testImage } from '../oci-harness.suite.js';
import type { OciTestBed } from '../oci-harness.suite.js';
import { ociPlaces } from '../places.js';
import { reopenLog } from '../reaper-control.js';
import { readLog } from './read-log.js';
import { rotateLog } from './rotate-log.js';

describe('the log of a container that prints while it is rotated', { timeout: 60_000 }, () => {
  const absent = ociAbsent();
  const never = new AbortController().signal;
  let bed: OciTestBed;
  let runtime: ContainerRuntime;
  let sandbox = '';
  beforeAll(async () => {
    if (absent !== undefined) return;
    bed = await ociTestBed();
    runtime = createOciRuntime(bed.options);
    sandbox = await runtime.runSandbox({ metadata: { uid: randomUUID(), name: 'p', namespace: 'd', attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod' });
  });
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });
  afterAll(async () => {
    if (absent !== undefined) return;
    await runtime.removeSandbox(sandbox);
    await runtime.close();
    await bed.dispose();
  });
  const begin = async (script: string): Promise<{ id: string; log: string; rotate: () => Promise<void> }> => {
    const log = join(bed.folder, 'logs', randomUUID(), '0.log');
    const id = await runtime.createContainer(sandbox, {
      name: randomUUID(), attempt: 0, image: testImage, command: ['sh', '-c', script], env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: log, stdin: false, stdinOnce: false, tty: false,
      security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
    });
    await runtime.startContainer(id);
    const { control } = ociPlaces(bed.options.root).container(id);
    return { id, log, rotate: () => rotateLog(log, { maxSize: 100, maxFiles: 50 }, Date.now(), () => reopenLog(control, log)) };
  };
  const whole = (lines: number): string => Array.from({ length: lines }, (_, index) => `${index + 1}\n`).join('');

  test('has each line once, for whoever follows it and for whoever reads it later', async () => {
    const { id, log, rotate } = await begin('for part in 0 1 2 3 4 5 6 7 8 9; do seq $((part * 5000 + 1)) $((part * 5000 + 5000)); sleep 0.1; done');
    let followed = '';
    let over = false;
    const following = (async () => {
      for await (const { data } of runtime.logs(id, { follow: true }, never)) followed += Buffer.from(data).toString();
      over = true;
    })();
    while (!over) {
      await rotate();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await following;
    expect(followed).toBe(whole(50_000));
    let read = '';
    for await (const { data } of readLog(log, {})) read += Buffer.from(data).toString();
    expect(read).toBe(whole(50_000));
    expect(readdirSync(dirname(log)).length).toBeGreaterThan(2);
    await runtime.removeContainer(id);
    expect(readdirSync(dirname(log))).toEqual([]);
  });

  test('goes into a file of its own from the rotation on', async () => {
    const { id, log, rotate } = await begin(`echo ${'x'.repeat(200)}; until [ -e /tmp/go ]; do sleep 0.05; done; echo after`);
    await expect.poll(() => statSync(log, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(200);
    await rotate();
    expect(statSync(log).size).toBe(0);
    await runtime.execSync(id, ['touch', '/tmp/go'], 10_000);
    for await (const _ of runtime.logs(id, { follow: true }, never));
    expect(statSync(log).size).toBeGreaterThan(0);
    expect(statSync(log).size).toBeLessThan(100);
  });

  test('stays where it is when the reaper is gone', async () => {
    const { id, log, rotate } = await begin(`echo ${'x'.repeat(200)}; exit 0`);
    for await (const _ of runtime.logs(id, { follow: true }, never));
    await rotate();
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited' });
    let read = '';
    for await (const { data } of readLog(log, {})) read += Buffer.from(data).toString();
    expect(read).toBe(`${'x'.repeat(200)}\n`);
  });
});

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContainerConfig, ContainerRuntime, Mount } from '../runtime.js';
import { createOciRuntime } from './create-oci-runtime.js';
import { ociAbsent, ociTestBed, testImage } from './oci-harness.suite.js';
import type { OciTestBed } from './oci-harness.suite.js';

/** Milliseconds: a busy machine takes its time. */
const PATIENCE = 60_000;

describe('parts of a volume that containers write to', { timeout: PATIENCE }, () => {
  const absent = ociAbsent();
  let bed: OciTestBed;
  let runtime: ContainerRuntime;
  let sandbox: string;
  let volume: string;

  beforeAll(async () => {
    if (absent !== undefined) return;
    bed = await ociTestBed();
    runtime = createOciRuntime(bed.options);
    sandbox = await runtime.runSandbox({ metadata: { name: 'p', namespace: 'd', uid: randomUUID(), attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod' });
    mkdirSync(join(bed.folder, 'secret'));
    writeFileSync(join(bed.folder, 'secret', 'f'), 'of the machine');
  }, PATIENCE);
  beforeEach((context) => {
    if (absent !== undefined) return context.skip(absent);
    volume = join(bed.folder, randomUUID());
    mkdirSync(join(volume, 'part'), { recursive: true });
    writeFileSync(join(volume, 'part', 'f'), 'of the volume');
  });
  afterAll(async () => {
    if (absent !== undefined) return;
    await runtime.removeSandbox(sandbox);
    await runtime.close();
    await bed.dispose();
  }, PATIENCE);

  const create = (script: string, mounts: readonly Mount[]): Promise<string> => {
    const config: ContainerConfig = {
      name: randomUUID(), attempt: 0, image: testImage, command: ['sh', '-c', script], env: [], mounts, labels: {}, annotations: {}, resources: {}, logPath: join(bed.folder, 'logs', randomUUID()),
      stdin: false, stdinOnce: false, tty: false, security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
    };
    return runtime.createContainer(sandbox, config);
  };
  const part = (name: string, containerPath: string, readonly = false): Mount => ({ hostPath: join(volume, name), within: volume, containerPath, readonly });

  test('are those that were there when the container was made, and stay when it is removed', async () => {
    const id = await create('cat /file > /dir/copy; echo no > /file; test -f /dir/f', [part('part', '/dir'), part('part/f', '/file', true)]);
    renameSync(join(volume, 'part'), join(volume, 'moved'));
    symlinkSync(join(bed.folder, 'secret'), join(volume, 'part'));
    await runtime.startContainer(id);
    await expect.poll(async () => (await runtime.containerStatus(id)).state, { timeout: PATIENCE }).toBe('exited');
    expect((await runtime.containerStatus(id)).exitCode).toBe(0);
    await runtime.removeContainer(id);
    expect(readFileSync(join(volume, 'moved', 'copy'), 'utf8')).toBe('of the volume');
    expect(readFileSync(join(volume, 'moved', 'f'), 'utf8')).toBe('of the volume');
    expect(existsSync(join(bed.folder, 'secret', 'copy'))).toBe(false);
  });

  test('that have become links are refused, and leave nothing', async () => {
    renameSync(join(volume, 'part'), join(volume, 'moved'));
    symlinkSync(join(bed.folder, 'secret'), join(volume, 'part'));
    const others = Array.from({ length: 12 }, (_, index) => part('moved', `/moved-${index}`));
    await expect(create('true', [...others, part('part/f', '/file')])).rejects.toThrow(/leads through a link/);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toMatch(new RegExp(`${volume}|${bed.options.root}/containers`));
    expect(readdirSync(join(bed.options.root, 'containers'))).toEqual([]);
    expect(readFileSync(join(volume, 'moved', 'f'), 'utf8')).toBe('of the volume');
  });
});

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { isAlive } from '@gantry/machine';
import type { ContainerConfig, ContainerRuntime, ContainerStatus, RuntimeEvent, SandboxConfig } from '../runtime.js';
import { nodeCgroup, openCgroups, podCgroup } from './cgroups.js';
import { runCommand } from './command.js';
import { ociAbsent, ociTestBed, testImage } from './oci-harness.suite.js';
import type { OciTestBed } from './oci-harness.suite.js';
import { assembleOciRuntime } from './oci-runtime.js';
import { ociPlaces } from './places.js';
import type { OciPlaces } from './places.js';
import type { ContainerRecord, SandboxRecord } from './records.js';

/** Milliseconds: a busy machine takes its time. */
const PATIENCE = 60_000;

describe('containers of a kubelet that comes and goes', { timeout: PATIENCE }, () => {
  const absent = ociAbsent();
  let bed: OciTestBed;
  let places: OciPlaces;
  let runtime: ContainerRuntime;
  const open = (): ContainerRuntime => assembleOciRuntime(bed.options, () => ({}) as never);
  /** As a killed one does it: nothing is told to anybody. */
  const reopen = async (between: () => Promise<void> | void = () => undefined): Promise<void> => {
    await runtime.close();
    await between();
    runtime = open();
  };

  beforeAll(async () => {
    if (absent !== undefined) return;
    bed = await ociTestBed();
    places = ociPlaces(bed.options.root);
    runtime = open();
  }, PATIENCE);
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });
  // What a test that failed left is not the next one's.
  afterEach(async () => {
    if (absent === undefined) await Promise.all((await runtime.listSandboxes()).map(({ id }) => runtime.removeSandbox(id)));
  }, PATIENCE);
  afterAll(async () => {
    if (absent !== undefined) return;
    await runtime.close();
    await bed.dispose();
  }, PATIENCE);

  const sandboxConfig = (more: Partial<SandboxConfig> = {}): SandboxConfig => ({ metadata: { name: 'p', namespace: 'd', uid: randomUUID(), attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod', ...more });
  const containerConfig = (script: string, more: Partial<ContainerConfig> = {}): ContainerConfig => ({
    name: 'main', attempt: 0, image: testImage, command: ['sh', '-c', script], env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: join(bed.folder, 'logs', randomUUID()),
    stdin: false, stdinOnce: false, tty: false, security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] }, ...more,
  });
  const begin = async (script: string, more: Partial<ContainerConfig> = {}): Promise<{ sandbox: string; id: string }> => {
    const sandbox = await runtime.runSandbox(sandboxConfig());
    const id = await runtime.createContainer(sandbox, containerConfig(script, more));
    await runtime.startContainer(id);
    return { sandbox, id };
  };
  /** By events alone. */
  const exited = (id: string): Promise<ContainerStatus> => {
    const stop = new AbortController();
    return new Promise<ContainerStatus>((resolve, reject) => {
      const look = (): void => void runtime.containerStatus(id).then((status) => (status.state === 'exited' ? resolve(status) : undefined), reject);
      runtime.events((event) => (event.containerId === id ? look() : undefined), stop.signal);
      look();
    }).finally(() => stop.abort());
  };
  const recordOf = (id: string): ContainerRecord => JSON.parse(readFileSync(places.container(id).record, 'utf8')) as ContainerRecord;
  const rewrite = ({ started: _, ...record }: ContainerRecord): void => writeFileSync(places.container(record.id).record, JSON.stringify(record));
  const gone = async (sandbox: string): Promise<void> => {
    await runtime.removeSandbox(sandbox);
    // The reaper of a container that nobody knew any more may be late.
    await expect.poll(() => bed.leftOver(), { timeout: 20_000 }).toEqual([]);
  };

  test('nothing is left of a pod that is removed while it runs', async () => {
    const { sandbox } = await begin('sleep 600 & exec sleep 600');
    expect((await bed.leftOver()).length).toBeGreaterThan(4);
    await gone(sandbox);
  });

  test('what runs is adopted, and its end is heard of', async () => {
    const { sandbox, id } = await begin("trap 'exit 5' TERM; touch /tmp/ready; while :; do sleep 0.05; done");
    const before = await runtime.containerStatus(id);
    await expect.poll(() => existsSync(join(places.container(id).rootfs, 'tmp/ready')), { timeout: 20_000 }).toBe(true);
    await reopen();
    expect(await runtime.listContainers()).toEqual([before]);
    expect((await runtime.sandboxStatus(sandbox)).state).toBe('ready');
    await runtime.stopContainer(id, 30);
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 5, startedAt: before.startedAt });
    await gone(sandbox);
  });

  test('a recovery that fails is begun anew by whoever asks next, and an end is told once', async () => {
    const { sandbox, id } = await begin('until [ -e /dev/shm/end ]; do sleep 0.05; done; exit 4');
    await runtime.close();
    const holds = vi.spyOn(bed.options.images, 'holds').mockRejectedValueOnce(new Error('the disk is slow'));
    runtime = open();
    await expect(runtime.listContainers()).rejects.toThrow('the disk is slow');
    holds.mockRestore();
    expect(await runtime.listContainers()).toMatchObject([{ id, state: 'running' }]);
    const told: RuntimeEvent[] = [];
    const stop = new AbortController();
    runtime.events((event) => told.push(event), stop.signal);
    writeFileSync(join(places.sandbox(sandbox).shm, 'end'), '');
    expect(await exited(id)).toMatchObject({ exitCode: 4 });
    await runtime.stopSandbox(sandbox);
    expect(told.filter(({ containerId }) => containerId === id)).toHaveLength(1);
    stop.abort();
    await gone(sandbox);
  });

  test('how something ended while nobody looked is found out', async () => {
    const { sandbox, id } = await begin('read line < /dev/shm/end; exit 6', { command: ['sh', '-c', 'mkfifo /dev/shm/end; read line < /dev/shm/end; exit 6'] });
    const { reaper } = recordOf(id).started ?? { reaper: { pid: 0, startedAt: '' } };
    await reopen(async () => {
      // Writing blocks until the container reads.
      await runCommand('sh', ['-c', `until [ -p '${places.sandbox(sandbox).shm}/end' ]; do sleep 0.02; done; echo go > '${places.sandbox(sandbox).shm}/end'`]);
      await expect.poll(() => isAlive(reaper), { timeout: 20_000 }).toBe(false);
    });
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 6, reason: 'Error' });
    await gone(sandbox);
  });

  test('one that was started by somebody who could not write it down runs, once', async () => {
    const { sandbox, id } = await begin('exec sleep 600');
    const { started } = recordOf(id);
    await reopen(() => rewrite(recordOf(id)));
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'running' });
    expect(recordOf(id).started).toMatchObject({ pid: started?.pid, startedAt: started?.startedAt, reaper: started?.reaper });
    await gone(sandbox);
  });

  test('so does one that has ended since', async () => {
    const { sandbox, id } = await begin('exit 3');
    await exited(id);
    await reopen(() => rewrite(recordOf(id)));
    const status = await runtime.containerStatus(id);
    expect(status).toMatchObject({ state: 'exited', exitCode: 3 });
    expect(status.startedAt).toBeGreaterThan(0);
    await gone(sandbox);
  });

  test('so does one that has ended since, of which nobody said how: it is not taken for one that never ran', async () => {
    const { sandbox, id } = await begin('exit 3');
    await exited(id);
    await reopen(() => {
      rewrite(recordOf(id));
      rmSync(places.container(id).exitFile);
    });
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 137 });
    await expect(runtime.startContainer(id)).rejects.toMatchObject({ code: 'start-failed' });
    await gone(sandbox);
  });

  test('so does one that has ended since, of which its reaper is about to say how', async () => {
    const { sandbox, id } = await begin('until [ -e /dev/shm/end ]; do sleep 0.05; done; exit 4');
    const { started } = recordOf(id);
    const reaper = started?.reaper.pid ?? 0;
    process.kill(reaper, 'SIGSTOP');
    writeFileSync(join(places.sandbox(sandbox).shm, 'end'), '');
    await expect.poll(() => started !== undefined && isAlive(started), { timeout: 20_000 }).toBe(false);
    await reopen(() => rewrite(recordOf(id)));
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'running' });
    process.kill(reaper, 'SIGCONT');
    expect(await exited(id)).toMatchObject({ exitCode: 4, reason: 'Error' });
    await gone(sandbox);
  });

  test('one whose reaper ended before that could be written down does not run on unseen', async () => {
    const { sandbox, id } = await begin('exec sleep 600');
    const before = recordOf(id);
    await reopen(() => {
      rewrite(before);
      process.kill(before.started?.reaper.pid ?? 0, 'SIGKILL');
    });
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 137 });
    expect(before.started !== undefined && isAlive(before.started)).toBe(false);
    await gone(sandbox);
  });

  test('one that was made and not started can be removed, however far it came', async () => {
    const sandbox = await runtime.runSandbox(sandboxConfig());
    const id = await runtime.createContainer(sandbox, containerConfig('exec sleep 600'));
    await reopen(async () => {
      rewrite({ ...recordOf(id), starting: true });
      await runCommand(bed.options.conmon, ['--api-version', '1', '--cid', id, '--cuuid', id, '--runtime', bed.options.binary.path, '--bundle', places.container(id).directory, '--container-pidfile', places.container(id).pidFile, '--log-path', `k8s-file:${join(bed.folder, 'log')}`, '--exit-dir', places.exits, '--full-attach', '--runtime-arg', `--root=${places.state}`]);
      await expect.poll(() => runCommand(bed.options.binary.path, ['--root', places.state, 'state', id]).catch(() => ''), { timeout: 20_000 }).toContain('"created"');
    });
    expect((await runtime.containerStatus(id)).state).toBe('created');
    await gone(sandbox);
  });

  test('what is half made goes when the next one begins', async () => {
    const { sandbox, id } = await begin('exec sleep 600');
    const lonely = await begin('exec sleep 600');
    const unborn: SandboxRecord = { id: 'unborn', config: sandboxConfig(), createdAt: 1 };
    await reopen(async () => {
      mkdirSync(places.container('nameless').rootfs, { recursive: true });
      mkdirSync(places.sandbox('unborn').directory);
      writeFileSync(places.sandbox('unborn').record, JSON.stringify(unborn));
      mkdirSync(places.sandbox('begun').shm, { recursive: true });
      await runCommand('mount', ['-t', 'tmpfs', 'shm', places.sandbox('begun').shm]);
      await runCommand('mount', ['-t', 'tmpfs', 'x', places.container('nameless').rootfs]);
      writeFileSync(join(places.exits, 'stranger'), '0');
      const [image] = await bed.options.images.list();
      await bed.options.images.hold({ imageId: image?.id ?? '', holder: `${bed.options.cluster}.n1.stranger` });
      // Its sandbox is gone, as is all that its runtime knows of it but the processes.
      writeFileSync(places.sandbox(lonely.sandbox).record, '{');
    });
    const left = (await runtime.listContainers()).map((container) => container.id);
    expect(left).toEqual([id]);
    expect((await bed.leftOver()).filter((each) => /nameless|unborn|begun|stranger/.test(each) || each.includes(lonely.id))).toEqual([]);
    await gone(sandbox);
  });

  test('a group with processes of a container that nobody knows is emptied', async () => {
    const { sandbox } = await begin('exec sleep 600');
    const stray = await begin('exec sleep 600');
    const { podUid, started } = recordOf(stray.id);
    await reopen(async () => {
      process.kill(started?.reaper.pid ?? 0, 'SIGKILL');
      await runCommand('umount', [places.container(stray.id).rootfs]);
      await runCommand('rm', ['-rf', places.container(stray.id).directory, join(places.state, stray.id)]);
    });
    await runtime.removeSandbox(stray.sandbox);
    expect(started !== undefined && isAlive(started)).toBe(false);
    expect((await bed.leftOver()).filter((each) => each.includes(podCgroup(bed.options, podUid)))).toEqual([]);
    await gone(sandbox);
  });

  test('a container whose reaper is killed does not run on unseen', async () => {
    const { sandbox, id } = await begin('exec sleep 600');
    const { started } = recordOf(id);
    const told: RuntimeEvent[] = [];
    const stop = new AbortController();
    runtime.events((event) => told.push(event), stop.signal);
    process.kill(started?.reaper.pid ?? 0, 'SIGKILL');
    await expect.poll(() => started !== undefined && isAlive(started.reaper), { interval: 1 }).toBe(false);
    // Whoever looks finds it out; so many at once write it down once.
    await Promise.all(Array.from({ length: 8 }, () => runtime.containerStatus(id)));
    expect(await exited(id)).toMatchObject({ exitCode: 137, reason: 'Error', message: expect.stringMatching(/killed/) as string });
    expect(started !== undefined && isAlive(started)).toBe(false);
    expect(told.filter(({ containerId }) => containerId === id)).toHaveLength(1);
    stop.abort();
    await gone(sandbox);
  });

  test('after a restart of the machine nothing runs, and all of it can be removed', async () => {
    const { sandbox, id } = await begin('exec sleep 600');
    const { started } = recordOf(id);
    const { pid } = await runtime.sandboxStatus(sandbox);
    await reopen(async () => {
      for (const each of [started?.reaper.pid, started?.pid, pid]) process.kill(each ?? 0, 'SIGKILL');
      await expect.poll(() => started !== undefined && isAlive(started), { timeout: 20_000 }).toBe(false);
      await runCommand('umount', [places.container(id).rootfs, places.sandbox(sandbox).shm]);
    });
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 137, reason: 'Error' });
    expect((await runtime.sandboxStatus(sandbox)).state).toBe('notready');
    await gone(sandbox);
  });

  test('a sandbox whose holder is killed is not ready, and can be removed', async () => {
    const { sandbox } = await begin('exec sleep 600');
    process.kill((await runtime.sandboxStatus(sandbox)).pid ?? 0, 'SIGKILL');
    await expect.poll(async () => (await runtime.sandboxStatus(sandbox)).state, { timeout: 20_000 }).toBe('notready');
    await expect(runtime.createContainer(sandbox, containerConfig('true', { name: 'late' }))).rejects.toMatchObject({ code: 'not-found' });
    await gone(sandbox);
  });

  test('a program that is not there is said not to be, in words that name it', async () => {
    const sandbox = await runtime.runSandbox(sandboxConfig());
    const id = await runtime.createContainer(sandbox, containerConfig('', { command: ['/no/such/program'] }));
    await expect(runtime.startContainer(id)).rejects.toThrow(/OCI runtime create failed: .*\/no\/such\/program.*no such file or directory/i);
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 128, reason: 'StartError', startedAt: 0, message: expect.stringMatching(/no\/such\/program/) as string });
    await gone(sandbox);
  });

  test('a creation that fails leaves nothing', async () => {
    const sandbox = await runtime.runSandbox(sandboxConfig());
    const security = { ...containerConfig('').security, runAsUserName: 'stranger' };
    await expect(runtime.createContainer(sandbox, containerConfig('', { security }))).rejects.toMatchObject({ code: 'invalid' });
    await expect(runtime.createContainer(sandbox, containerConfig('', { image: 'gantry.test/none:1' }))).rejects.toMatchObject({ code: 'image-not-found' });
    expect(await runtime.listContainers()).toEqual([]);
    await gone(sandbox);
  });

  test('one that is removed while it is made takes nothing with it of what is mounted into it', async () => {
    const volume = join(bed.folder, 'volume');
    mkdirSync(volume);
    writeFileSync(join(volume, 'file'), 'of the volume');
    const sandbox = await runtime.runSandbox(sandboxConfig());
    const mounts = Array.from({ length: 12 }, (_, index) => ({ hostPath: volume, within: volume, containerPath: `/volume-${index}`, readonly: false }));
    const creating = runtime.createContainer(sandbox, containerConfig('true', { mounts })).catch(() => undefined);
    await expect.poll(() => runtime.listContainers(), { interval: 1 }).toHaveLength(1);
    await gone(sandbox);
    await creating;
    expect(readFileSync(join(volume, 'file'), 'utf8')).toBe('of the volume');
    expect(await bed.leftOver()).toEqual([]);
  });

  test('one in which somebody has mounted something is not removed with it', async () => {
    const { sandbox, id } = await begin('exit 0');
    const mounted = join(places.container(id).directory, 'mounted');
    mkdirSync(mounted);
    await runCommand('mount', ['-t', 'tmpfs', 'x', mounted]);
    writeFileSync(join(mounted, 'file'), 'of somebody');
    await expect(runtime.removeContainer(id)).rejects.toThrow(`"${mounted}" is still mounted`);
    expect(readFileSync(join(mounted, 'file'), 'utf8')).toBe('of somebody');
    await runCommand('umount', [mounted]);
    await gone(sandbox);
  });

  test('a privileged one has the devices of the machine', async () => {
    const logPath = join(bed.folder, 'devices');
    const { sandbox, id } = await begin('ls /dev/kmsg && mknod /tmp/null c 1 3 && cat /tmp/null', { logPath, security: { ...containerConfig('').security, privileged: true } });
    expect(await exited(id)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(logPath, 'utf8')).toContain('/dev/kmsg');
    await gone(sandbox);
  });

  test('the groups that its containers will be in are there with a sandbox, so that no other node takes them away for being empty', async () => {
    const cgroups = openCgroups();
    const config = sandboxConfig();
    const sandbox = await runtime.runSandbox(config);
    await cgroups.remove(nodeCgroup(bed.options));
    expect(await cgroups.children(nodeCgroup(bed.options))).toEqual([`pod${config.metadata.uid}`]);
    await gone(sandbox);
  });

  test('many pods at once are as one', async () => {
    const pods = await Promise.all(Array.from({ length: 12 }, () => begin('exec sleep 600')));
    expect((await runtime.listContainers()).filter(({ state }) => state === 'running')).toHaveLength(12);
    await Promise.all(pods.map(({ sandbox }) => runtime.removeSandbox(sandbox)));
    expect(await bed.leftOver()).toEqual([]);
  });
});

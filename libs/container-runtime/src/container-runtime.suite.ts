import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContainerConfig, ContainerRuntime, ContainerStatus, LogEntry, RuntimeEvent, SandboxConfig } from './runtime.js';

/** What a container of a test is to do. */
export interface Behaviour {
  readonly prints?: string;
  /** Unset: runs until it is stopped. */
  readonly exitsWith?: number;
}

export interface Harness {
  readonly runtime: ContainerRuntime;
  /** Another connection to the same node, as a restarted kubelet makes. */
  again(): ContainerRuntime;
  /** A connection for another node of the same machine, where the runtime knows more than one. */
  otherNode?(): ContainerRuntime;
  readonly image: string;
  behave(behaviour: Behaviour): Partial<ContainerConfig>;
  unstartable(): Partial<ContainerConfig>;
  readonly missingImage: string;
  dispose(): Promise<void>;
}

/** Either a harness or the reason why there is none here. */
export type MakeHarness = () => Promise<Harness | string>;

/** How containers of a real image with a shell do what a test says. */
export const shellBehaviour: Pick<Harness, 'behave' | 'unstartable' | 'missingImage'> = {
  missingImage: '127.0.0.1:1/missing:1',
  behave: ({ prints, exitsWith }) => ({
    command: ['sh', '-c', `${prints === undefined ? '' : `printf '%s\\n' "$PRINTS"; `}${exitsWith === undefined ? 'exec sleep 600' : `exit ${exitsWith}`}`],
    env: prints === undefined ? [] : [{ name: 'PRINTS', value: prints }],
  }),
  unstartable: () => ({ command: ['/no/such/program'] }),
};

function sandboxConfig(uid: string): SandboxConfig {
  return {
    metadata: { name: 'web', namespace: 'default', uid, attempt: 0 },
    hostname: 'web', labels: { app: 'web' }, annotations: { 'example.com/a': 'line\n"quoted"' }, network: 'pod',
  };
}

/** Where runtimes that write log files write them. */
const logFolder = join(tmpdir(), `gantry-logs-${randomUUID()}`);

function containerConfig(image: string, more: Partial<ContainerConfig> = {}): ContainerConfig {
  return {
    name: 'main', attempt: 0, image, env: [], mounts: [], labels: { app: 'web' }, annotations: {}, resources: {}, logPath: join(logFolder, `${randomUUID()}.log`),
    stdin: false, stdinOnce: false, tty: false,
    security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
    ...more,
  };
}

function text(entries: readonly LogEntry[]): string {
  return Buffer.concat(entries.map((entry) => entry.data)).toString();
}

/** Milliseconds: an engine that is busy with others takes its time. */
const PATIENCE = { timeout: 60_000 };

/** The contract of `ContainerRuntime`, the same for every implementation. */
export function describeContainerRuntime(name: string, make: MakeHarness): void {
  describe(`container runtime: ${name}`, PATIENCE, () => {
    let harness: Harness;
    let absent: string | undefined;
    const never = new AbortController().signal;

    beforeAll(async () => {
      const made = await make();
      if (typeof made === 'string') absent = made;
      else harness = made;
    });
    afterAll(async () => {
      await harness?.dispose();
      rmSync(logFolder, { recursive: true, force: true });
    }, PATIENCE.timeout);
    beforeEach((context) => {
      if (absent !== undefined) context.skip(absent);
    });

    const start = async (more: Partial<ContainerConfig>): Promise<{ uid: string; sandbox: string; id: string }> => {
      const uid = randomUUID();
      const sandbox = await harness.runtime.runSandbox(sandboxConfig(uid));
      const id = await harness.runtime.createContainer(sandbox, containerConfig(harness.image, more));
      return { uid, sandbox, id };
    };

    /** Looks again at every event of the pod until `wanted`. */
    const until = async (uid: string, id: string, wanted: (status: ContainerStatus) => boolean): Promise<ContainerStatus> => {
      const stop = new AbortController();
      try {
        return await new Promise((resolve, reject) => {
          const look = (): void => void harness.runtime.containerStatus(id).then((status) => (wanted(status) ? resolve(status) : undefined), reject);
          harness.runtime.events((event) => (event.podUid === uid ? look() : undefined), stop.signal);
          const again = setInterval(look, 250);
          stop.signal.addEventListener('abort', () => clearInterval(again));
          look();
        });
      } finally {
        stop.abort();
      }
    };
    const exited = (uid: string, id: string): Promise<ContainerStatus> => until(uid, id, (status) => status.state === 'exited');

    const collect = async (id: string, options: { tail?: number; since?: string; follow: boolean }): Promise<LogEntry[]> => {
      const entries: LogEntry[] = [];
      for await (const entry of harness.runtime.logs(id, options, never)) entries.push(entry);
      return entries;
    };

    test('says its name and version', async () => {
      const version = await harness.runtime.version();
      expect(version.runtimeName).toMatch(/\w/);
      expect(version.runtimeVersion).toMatch(/\d/);
    });

    test('a sandbox runs, is listed with what it was given, stops and goes; each verb twice is as once', async () => {
      const uid = randomUUID();
      const config = sandboxConfig(uid);
      const id = await harness.runtime.runSandbox(config);
      const [listed] = await harness.runtime.listSandboxes({ podUid: uid });
      expect(listed).toMatchObject({ id, state: 'ready', metadata: config.metadata, labels: config.labels, annotations: config.annotations });
      await harness.runtime.stopSandbox(id);
      await harness.runtime.stopSandbox(id);
      expect((await harness.runtime.sandboxStatus(id)).state).toBe('notready');
      await harness.runtime.removeSandbox(id);
      await harness.runtime.removeSandbox(id);
      expect(await harness.runtime.listSandboxes({ podUid: uid })).toEqual([]);
      await expect(harness.runtime.sandboxStatus(id)).rejects.toMatchObject({ code: 'not-found' });
    });

    test('a container is created, runs, is stopped and goes', async () => {
      const { uid, sandbox, id } = await start(harness.behave({}));
      expect(await harness.runtime.containerStatus(id)).toMatchObject({ state: 'created', name: 'main', attempt: 0, sandboxId: sandbox, image: harness.image, labels: { app: 'web' } });
      await harness.runtime.startContainer(id);
      const running = await until(uid, id, (status) => status.state === 'running');
      expect(running.startedAt).toBeGreaterThan(0);
      expect(running.finishedAt).toBe(0);
      await harness.runtime.stopContainer(id, 0);
      await harness.runtime.stopContainer(id, 0);
      const stopped = await harness.runtime.containerStatus(id);
      expect(stopped.state).toBe('exited');
      expect(stopped.exitCode).not.toBe(0);
      expect(stopped.finishedAt).toBeGreaterThanOrEqual(stopped.startedAt);
      await harness.runtime.removeContainer(id);
      await harness.runtime.removeContainer(id);
      await expect(harness.runtime.containerStatus(id)).rejects.toMatchObject({ code: 'not-found' });
      await harness.runtime.removeSandbox(sandbox);
    });

    test.each([[0, 'Completed'], [3, 'Error']] as const)('an exit with %i is %s', async (exitsWith, reason) => {
      const { uid, sandbox, id } = await start(harness.behave({ exitsWith }));
      await harness.runtime.startContainer(id);
      expect(await exited(uid, id)).toMatchObject({ exitCode: exitsWith, reason });
      await harness.runtime.removeSandbox(sandbox);
    });

    test('a program that cannot be started fails its start and has exited with StartError', async () => {
      const { uid, sandbox, id } = await start(harness.unstartable());
      await expect(harness.runtime.startContainer(id)).rejects.toMatchObject({ code: 'start-failed' });
      const status = await exited(uid, id);
      expect(status.reason).toBe('StartError');
      expect(status.message).not.toBe('');
      expect(status.exitCode).not.toBe(0);
      await harness.runtime.removeSandbox(sandbox);
    });

    test('the same start of a container cannot be made twice', async () => {
      const { sandbox } = await start(harness.behave({}));
      await expect(harness.runtime.createContainer(sandbox, containerConfig(harness.image, harness.behave({})))).rejects.toMatchObject({ code: 'name-conflict' });
      await harness.runtime.removeSandbox(sandbox);
    });

    test('the log has what was written, also after the exit, whole or its tail', async () => {
      const { uid, sandbox, id } = await start(harness.behave({ prints: 'one\ntwo\nthree', exitsWith: 0 }));
      await harness.runtime.startContainer(id);
      await exited(uid, id);
      const all = await collect(id, { follow: false });
      expect(text(all)).toBe('one\ntwo\nthree\n');
      for (const entry of all) expect(entry.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      expect(text(await collect(id, { follow: false, tail: 1 }))).toBe('three\n');
      expect(text(await collect(id, { follow: false, since: String(Date.parse(all[0]?.time ?? '') / 1000 + 3600) }))).toBe('');
      await harness.runtime.removeSandbox(sandbox);
    });

    test('following a log ends when the container has exited', async () => {
      const { sandbox, id } = await start(harness.behave({ prints: 'hello' }));
      await harness.runtime.startContainer(id);
      const seen: LogEntry[] = [];
      for await (const entry of harness.runtime.logs(id, { follow: true }, never)) {
        seen.push(entry);
        // What it was to print is there by now: one that is killed sooner has nothing to show.
        await harness.runtime.stopContainer(id, 0);
      }
      expect(text(seen)).toBe('hello\n');
      await harness.runtime.removeSandbox(sandbox);
    });

    test('following a log ends quietly when nobody wants it any more', async () => {
      const { sandbox, id } = await start(harness.behave({ prints: 'hello' }));
      await harness.runtime.startContainer(id);
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const entry of harness.runtime.logs(id, { follow: true }, stop.signal)) {
        seen.push(text([entry]));
        stop.abort();
      }
      expect(seen).toEqual(['hello\n']);
      await harness.runtime.removeSandbox(sandbox);
    });

    test('following a log that nobody wants before it begins ends quietly too', async () => {
      const { sandbox, id } = await start(harness.behave({ prints: 'hello' }));
      await harness.runtime.startContainer(id);
      const entries: LogEntry[] = [];
      for await (const entry of harness.runtime.logs(id, { follow: true }, AbortSignal.abort())) entries.push(entry);
      expect(entries.length).toBeLessThanOrEqual(1);
      await expect(collect('none', { follow: false })).rejects.toMatchObject({ code: 'not-found' });
      await harness.runtime.removeSandbox(sandbox);
    });

    test('events say which pod to look at', async () => {
      const stop = new AbortController();
      const events: RuntimeEvent[] = [];
      const uid = randomUUID();
      const heard = new Promise<void>((resolve) => {
        harness.runtime.events((event) => {
          events.push(event);
          if (event.podUid === uid && event.containerId !== undefined) resolve();
        }, stop.signal);
      });
      const sandbox = await harness.runtime.runSandbox(sandboxConfig(uid));
      const id = await harness.runtime.createContainer(sandbox, containerConfig(harness.image, harness.behave({ exitsWith: 0 })));
      await harness.runtime.startContainer(id);
      await heard;
      expect(events.filter((event) => event.podUid === uid).map((event) => event.containerId ?? sandbox)).toContain(id);
      stop.abort();
      await harness.runtime.removeSandbox(sandbox);
    });

    test('a sandbox takes its containers with it', async () => {
      const { uid, sandbox, id } = await start(harness.behave({}));
      await harness.runtime.startContainer(id);
      await harness.runtime.stopSandbox(sandbox);
      expect((await harness.runtime.containerStatus(id)).state).toBe('exited');
      await harness.runtime.removeSandbox(sandbox);
      expect(await harness.runtime.listContainers({ podUid: uid })).toEqual([]);
    });

    test('who connects again finds everything as it is', async () => {
      const { uid, sandbox, id } = await start(harness.behave({}));
      await harness.runtime.startContainer(id);
      const before = await harness.runtime.containerStatus(id);
      const again = harness.again();
      expect(await again.listContainers({ podUid: uid })).toEqual([before]);
      expect((await again.listSandboxes({ podUid: uid })).map((status) => status.id)).toEqual([sandbox]);
      expect(await again.listContainers({ sandboxId: 'none' })).toEqual([]);
      const other = harness.otherNode?.();
      expect((await other?.listSandboxes()) ?? []).toEqual([]);
      await harness.runtime.removeSandbox(sandbox);
      if (again !== harness.runtime) await again.close();
      await other?.close();
    });

    test('a command runs in a running container', async () => {
      const { sandbox, id } = await start(harness.behave({}));
      await harness.runtime.startContainer(id);
      expect((await harness.runtime.execSync(id, ['true'], 10_000)).exitCode).toBe(0);
      await harness.runtime.removeSandbox(sandbox);
    });

    test('a container sees the processes that another one sees, where it is told to', async () => {
      const { sandbox, id } = await start(harness.behave({}));
      await harness.runtime.startContainer(id);
      const looking = await harness.runtime.createContainer(sandbox, containerConfig(harness.image, { ...harness.behave({}), name: 'looking', pidOf: id }));
      const apart = await harness.runtime.createContainer(sandbox, containerConfig(harness.image, { ...harness.behave({}), name: 'apart' }));
      await Promise.all([looking, apart].map((each) => harness.runtime.startContainer(each)));
      const seen = await Promise.all([id, looking, apart].map(async (each) => Buffer.from((await harness.runtime.execSync(each, ['readlink', '/proc/self/ns/pid'], 10_000)).stdout).toString()));
      expect(seen[1]).toBe(seen[0]);
      // A runtime without processes says nothing.
      if (seen[0] !== '') expect(seen[2]).not.toBe(seen[0]);
      await harness.runtime.removeSandbox(sandbox);
    });

    test('what a running container may use is changed while it runs', async () => {
      const { uid, sandbox, id } = await start({ ...harness.behave({}), resources: { cpuShares: 51, memoryLimit: 64 * 2 ** 20 } });
      await harness.runtime.startContainer(id);
      const { startedAt } = await until(uid, id, ({ state }) => state === 'running');
      await harness.runtime.updateContainer(id, { cpuShares: 102, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimit: 96 * 2 ** 20 });
      await harness.runtime.updateContainer(id, { cpuShares: 51, cpuQuota: 20_000, cpuPeriod: 100_000, memoryLimit: 48 * 2 ** 20 });
      expect(await harness.runtime.containerStatus(id)).toMatchObject({ state: 'running', startedAt });
      await harness.runtime.removeSandbox(sandbox);
      await expect(harness.runtime.updateContainer(id, { cpuShares: 51 })).rejects.toMatchObject({ code: 'not-found' });
    });

    test('an image that is there is found by name and by id, one that is not is not, and its pull says why', async () => {
      if ((await harness.runtime.imageStatus(harness.image)) === undefined) await harness.runtime.pullImage(harness.image);
      const image = await harness.runtime.imageStatus(harness.image);
      expect(image?.id).toMatch(/^sha256:/);
      expect(await harness.runtime.imageStatus(image?.id ?? '')).toEqual(image);
      expect((await harness.runtime.listImages()).map(({ id }) => id)).toContain(image?.id);
      expect(await harness.runtime.imageStatus(harness.missingImage)).toBeUndefined();
      await expect(harness.runtime.pullImage(harness.missingImage)).rejects.toMatchObject({ code: 'pull-failed', message: expect.stringMatching(/refused|not found/i) as string });
    });
  });
}

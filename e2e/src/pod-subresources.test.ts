import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialogue, type Dialogue } from './kit/dialogue.js';
import { titled, type FormCluster } from './kit/form.js';
import { runtimeReason } from './kit/images.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { runtimeUnderTest, standaloneForm } from './kit/standalone-form.js';

const IMAGE = 'busybox:1.36';
const reason = await runtimeReason(runtimeUnderTest(), [IMAGE]);
const form = standaloneForm();
const SOON = { timeout: 60_000, interval: 200 };
/** The newest is the only one here that knows of `--subresource=resize`. */
const [OLDEST, NEWEST] = ['1.27', '1.33'];
const absent = (version: string): string | undefined => (findKubectl(version) === undefined ? `this machine has no kubectl ${version}` : undefined);
const marked = (title: string, why: string | undefined): string => (why === undefined ? title : `${title} (skipped: ${why})`);

interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

interface Status {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly resources?: Resources;
  readonly state: { readonly running?: object; readonly terminated?: { readonly exitCode: number } };
}

interface Pod {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly containers: { readonly name: string; readonly resources: Resources }[] };
  readonly status: {
    readonly observedGeneration?: number;
    readonly conditions: { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
    readonly containerStatuses: Status[];
    readonly ephemeralContainerStatuses?: Status[];
  };
}

describe.skipIf(reason !== undefined)(titled('subresources of pods', form, reason), () => {
  let cluster: FormCluster;
  const dialogues: Dialogue[] = [];
  beforeAll(async () => {
    cluster = await form.cluster(`subresources-${process.pid}`);
    await cluster.up(1);
  });
  afterAll(async () => {
    for (const one of dialogues) one.kill();
    await cluster?.dispose();
  });

  const kubectl = (version: string): Kubectl => kubectlOf(findKubectl(version) ?? '', version, cluster.kubeconfig);
  const read = async (name: string): Promise<Pod> => JSON.parse(await kubectl(NEWEST)('get', 'pod', name, '-o', 'json')) as Pod;
  const condition = ({ status }: Pod, wanted: string): Pod['status']['conditions'][number] | undefined => status.conditions.find(({ type }) => type === wanted);

  /** Runs a pod whose containers sleep. */
  async function running(name: string, containers: Record<string, object>): Promise<void> {
    const spec = { terminationGracePeriodSeconds: 0, containers: Object.entries(containers).map(([container, more]) => ({ name: container, image: IMAGE, command: ['sleep', '86400'], ...more })) };
    await kubectl(NEWEST).input(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }), 'create', '-f', '-');
    await kubectl(NEWEST)('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s');
  }

  describe.each([OLDEST, NEWEST])('kubectl debug %s', (version) => {
    const name = `debugged-${version.replace('.', '-')}`;
    it.skipIf(absent(version))(marked('opens a terminal in a new container that sees the processes of its target, and leaves the pod as it is', absent(version)), async () => {
      await running(name, { main: { command: ['sleep', '86401'] }, other: {} });
      const before = (await read(name)).status.containerStatuses;
      const { program, env } = kubectl(version);
      const shell = dialogue(program, ['debug', '-it', name, `--image=${IMAGE}`, '--target=main', '--container=eye'], env, { rows: 24, columns: 80 });
      dialogues.push(shell);
      // The prompt may have come before the terminal did, as kubectl says.
      await shell.until(/try pressing enter/);
      shell.type('');
      await shell.until(/# /);
      shell.type('tr "\\0" " " < /proc/1/cmdline; echo; hostname; stty size');
      await shell.until(new RegExp(`sleep 86401 *\\r\\n${name}\\r\\n24 80\\r\\n`));
      shell.type('exit 3');
      await shell.code;
      await vi.waitFor(async () => expect((await read(name)).status.ephemeralContainerStatuses).toMatchObject([{ name: 'eye', ready: false, restartCount: 0, state: { terminated: { exitCode: 3 } } }]), SOON);
      const after = await read(name);
      expect([after.metadata.generation, after.status.observedGeneration]).toEqual([2, 2]);
      expect(after.status.containerStatuses).toEqual(before);
      expect(condition(after, 'Ready')?.status).toBe('True');
      expect(await kubectl(version)('logs', name, '-c', 'eye')).toContain('sleep 86401');
    });
  });

  it('[sig-node] Ephemeral Containers [NodeConformance] should update the ephemeral containers in an existing pod [Conformance]', async () => {
    await running('target', { main: {} });
    const path = '/api/v1/namespaces/default/pods/target/ephemeralcontainers';
    const put = async (name: string): Promise<void> => {
      const pod = JSON.parse(await kubectl(NEWEST)('get', '--raw', path)) as { spec: { ephemeralContainers?: object[] } };
      pod.spec.ephemeralContainers = [...(pod.spec.ephemeralContainers ?? []), { name, image: IMAGE, command: ['sh', '-c', 'while true; do echo polo; sleep 2; done'], stdin: true, tty: true }];
      await kubectl(NEWEST).input(JSON.stringify(pod), 'replace', '--raw', path, '-f', '-');
      await vi.waitFor(async () => expect((await read('target')).status.ephemeralContainerStatuses?.find((each) => each.name === name)?.state.running).toBeDefined(), SOON);
    };
    await put('debugger');
    expect((await read('target')).metadata.generation).toBe(2);
    expect(await kubectl(NEWEST)('exec', 'target', '-c', 'debugger', '--', 'echo', 'marco')).toBe('marco\n');
    await vi.waitFor(async () => expect(await kubectl(NEWEST)('logs', 'target', '-c', 'debugger')).toContain('polo'), SOON);
    await put('debugger2');
    expect((await read('target')).status.ephemeralContainerStatuses).toHaveLength(2);
  });

  describe.skipIf(absent(NEWEST))(marked('kubectl patch --subresource=resize', absent(NEWEST)), () => {
    const resize = (name: string, resources: Record<string, Resources>): Promise<string> =>
      kubectl(NEWEST)('patch', 'pod', name, '--subresource=resize', '-p', JSON.stringify({ spec: { containers: Object.entries(resources).map(([container, wanted]) => ({ name: container, resources: wanted })) } }));

    /** Waits until containers have what they were to be given, and the status says no more than that. */
    const isResized = (name: string, resources: Record<string, Resources>): Promise<Pod> =>
      vi.waitFor(async () => {
        const pod = await read(name);
        for (const [container, wanted] of Object.entries(resources)) {
          expect(pod.spec.containers.find((each) => each.name === container)?.resources).toEqual(wanted);
          expect(pod.status.containerStatuses.find((each) => each.name === container)?.resources).toEqual(wanted);
        }
        expect(pod.status.conditions.map(({ type }) => type)).not.toEqual(expect.arrayContaining([expect.stringMatching('PodResize')]));
        expect([condition(pod, 'Ready')?.status, pod.status.observedGeneration]).toEqual(['True', pod.metadata.generation]);
        return pod;
      }, SOON);

    /** What the kernel says of a running container: memory in bytes, quota in thousandths of a core, and weight, which grows with the request. */
    async function kernel(name: string, container = 'main'): Promise<{ memory: number; cpu: number; weight: number }> {
      const script = `cd /sys/fs/cgroup; if [ -f memory.max ]; then cat memory.max; cat cpu.max; cat cpu.weight; else cat memory/memory.limit_in_bytes; echo $(cat cpu/cpu.cfs_quota_us) $(cat cpu/cpu.cfs_period_us); cat cpu/cpu.shares; fi`;
      const [memory = '', cpu = '', weight = ''] = (await kubectl(NEWEST)('exec', name, '-c', container, '--', 'sh', '-c', script)).split('\n');
      const [quota = 0, period = 1] = cpu.split(' ').map(Number);
      return { memory: Number(memory), cpu: (quota * 1000) / period, weight: Number(weight) };
    }

    const both = (cpu: string, memory: string): Resources => ({ limits: { cpu, memory }, requests: { cpu, memory } });
    const MIB = 2 ** 20;

    it('gives a container more and less while it runs', async () => {
      await running('resized', { main: { resources: both('100m', '32Mi') } });
      const before = await kernel('resized');
      expect(before).toMatchObject({ memory: 32 * MIB, cpu: 100 });
      await resize('resized', { main: both('200m', '64Mi') });
      const larger = await isResized('resized', { main: both('200m', '64Mi') });
      const after = await kernel('resized');
      expect(after).toMatchObject({ memory: 64 * MIB, cpu: 200 });
      expect(after.weight).toBeGreaterThan(before.weight);
      await resize('resized', { main: both('100m', '32Mi') });
      expect((await isResized('resized', { main: both('100m', '32Mi') })).status.containerStatuses).toMatchObject([{ restartCount: 0 }]);
      expect(await kernel('resized')).toEqual(before);
      expect(larger.metadata.generation).toBe(2);
      const events = await kubectl(NEWEST)('events', '--for=pod/resized');
      for (const said of ['ResizeStarted', 'ResizeCompleted']) expect(events).toContain(said);
    });

    it('starts a container again whose policy says so', async () => {
      const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }, { resourceName: 'memory', restartPolicy: 'RestartContainer' }];
      await running('restarted', { main: { resources: both('100m', '32Mi'), resizePolicy } });
      await resize('restarted', { main: both('200m', '32Mi') });
      expect((await isResized('restarted', { main: both('200m', '32Mi') })).status.containerStatuses).toMatchObject([{ restartCount: 0 }]);
      await resize('restarted', { main: both('200m', '64Mi') });
      await vi.waitFor(async () => expect((await read('restarted')).status.containerStatuses).toMatchObject([{ restartCount: 1, ready: true }]), SOON);
      await isResized('restarted', { main: both('200m', '64Mi') });
      expect(await kernel('restarted')).toMatchObject({ memory: 64 * MIB, cpu: 200 });
    });

    it('says what can never be, and what the containers have instead', async () => {
      await running('large', { main: { resources: both('100m', '32Mi') } });
      await resize('large', { main: both('1000', '32Mi') });
      await vi.waitFor(async () => expect(condition(await read('large'), 'PodResizePending')).toMatchObject({ status: 'True', reason: 'Infeasible', message: expect.stringMatching(/^Node didn't have enough capacity: cpu, requested: 1000000, capacity: \d+$/) as string }), SOON);
      expect((await read('large')).status.containerStatuses).toMatchObject([{ resources: both('100m', '32Mi') }]);
      expect(await kubectl(NEWEST)('events', '--for=pod/large')).toContain('ResizeInfeasible');
    });

    it('[sig-node] Pod InPlace Resize Container decrease memory limit below usage', async () => {
      const memory = (amount: string): Resources => ({ limits: { memory: amount }, requests: { memory: amount } });
      await running('shrunk', { main: { resources: memory('35Mi') } });
      await resize('shrunk', { main: memory('10Ki') });
      await vi.waitFor(async () => expect(condition(await read('shrunk'), 'PodResizeInProgress')).toMatchObject({ reason: 'Error', message: expect.stringMatching(/memory limit \(\d+\) below current usage/) as string }), SOON);
      expect((await read('shrunk')).status.containerStatuses).toMatchObject([{ resources: memory('35Mi') }]);
      await resize('shrunk', { main: memory('35Mi') });
      await isResized('shrunk', { main: memory('35Mi') });
    });

    it('[sig-node] Pod InPlace Resize Container burstable pods - extended 6 containers - various operations performed (including adding limits and requests) [MinimumKubeletVersion:1.34] [Conformance]', async () => {
      const before = { c1: { requests: { cpu: '20m' } }, c2: { requests: { memory: '35Mi' } }, c3: { requests: { cpu: '20m', memory: '35Mi' } }, c4: { requests: { cpu: '20m' } }, c5: { requests: { memory: '35Mi' } } };
      const after: Record<string, Resources> = {
        c1: { requests: { cpu: '25m' }, limits: { cpu: '35m' } }, c2: { requests: { memory: '30Mi' }, limits: { memory: '50Mi' } }, c3: { requests: { cpu: '20m', memory: '30Mi' } },
        c4: { requests: { cpu: '15m', memory: '35Mi' } }, c5: { requests: { cpu: '20m', memory: '40Mi' } },
      };
      await running('burstable', Object.fromEntries(Object.entries(before).map(([name, resources]) => [name, { resources }])));
      await resize('burstable', after);
      expect((await isResized('burstable', after)).status.containerStatuses.map(({ restartCount }) => restartCount)).toEqual([0, 0, 0, 0, 0]);
      expect(await kernel('burstable', 'c1')).toMatchObject({ cpu: 35 });
      expect(await kernel('burstable', 'c2')).toMatchObject({ memory: 50 * MIB });
    });

    it('[sig-node] Pod InPlace Resize Container burstable pods - extended resize with equivalents [MinimumKubeletVersion:1.34] [Conformance]', async () => {
      const small = (requests: string, limits: string): Resources => ({ requests: { cpu: requests }, limits: { cpu: limits } });
      await running('equivalent', { c1: { resources: small('2m', '10m') } });
      for (const wanted of [small('1m', '5m'), small('2m', '10m')]) {
        await resize('equivalent', { c1: wanted });
        expect((await isResized('equivalent', { c1: wanted })).status.containerStatuses).toMatchObject([{ restartCount: 0 }]);
      }
    });

    it('[sig-node] Pod InPlace Resize Container resize pod via the replace endpoint [MinimumKubeletVersion:1.34] [Conformance]', async () => {
      await running('replaced', { c1: { resources: { requests: { cpu: '20m', memory: '35Mi' } } } });
      const path = '/api/v1/namespaces/default/pods/replaced/resize';
      const wanted = { requests: { cpu: '25m', memory: '40Mi' } };
      const { spec, ...pod } = await read('replaced');
      const containers = spec.containers.map((container) => ({ ...container, resources: wanted }));
      await kubectl(NEWEST).input(JSON.stringify({ ...pod, spec: { ...spec, containers } }), 'replace', '--raw', path, '-f', '-');
      expect((await isResized('replaced', { c1: wanted })).metadata.generation).toBe(2);
      expect(await kubectl(NEWEST)('get', '--raw', path)).toBe(await kubectl(NEWEST)('get', '--raw', path.replace('/resize', '')));
    });
  });
});

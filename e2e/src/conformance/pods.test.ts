import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { conformanceCluster, STRATEGIC, WAIT, type Answer, type ConformanceCluster } from '../kit/conformance-cluster.js';

let test: ConformanceCluster;
beforeAll(async () => {
  test = await conformanceCluster('pods', 0);
});
afterAll(() => test?.dispose());

/** Of the test that runs: its pods must not take the node from the next one. */
let namespace: string;
beforeEach(async () => void (namespace = await test.namespace()));
afterEach(async () => {
  await test.ok('DELETE', `${at()}?gracePeriodSeconds=0`);
  await vi.waitFor(async () => expect((await test.ok('GET', at())).items).toEqual([]), WAIT);
});

type List = Record<string, string>;

interface Resources {
  readonly requests?: List;
  readonly limits?: List;
}

interface Container {
  readonly name: string;
  image: string;
  readonly resources: Resources;
  readonly restartCount: number;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly observedGeneration?: number;
}

interface Pod {
  metadata: { name: string; generation: number; annotations?: List };
  spec: { containers: Container[]; initContainers?: Container[]; tolerations?: object[]; activeDeadlineSeconds?: number };
  status: { phase: string; observedGeneration?: number; conditions?: Condition[]; containerStatuses?: Container[] };
}

const at = (name = ''): string => `/api/v1/namespaces/${namespace}/pods${name === '' ? '' : `/${name}`}`;
const read = (name: string): Promise<Pod> => test.ok('GET', at(name)) as Promise<Pod>;
const until = (name: string, check: (pod: Pod) => void): Promise<Pod> =>
  vi.waitFor(async () => {
    const pod = await read(name);
    check(pod);
    return pod;
  }, WAIT);
const isRunning = ({ status }: Pod): void => expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
const remove = (name: string): Promise<unknown> => test.ok('DELETE', `${at(name)}?gracePeriodSeconds=0`);
const make = (name: string, containers: Record<string, Resources>, more: object = {}): Promise<Pod> =>
  test.ok('POST', at(), {
    metadata: { name, generation: 100 },
    spec: { tolerations: [{ operator: 'Exists' }], containers: Object.entries(containers).map(([container, resources]) => ({ name: container, image: 'pause:1', resources })), ...more },
  }) as Promise<Pod>;

describe('[sig-node] Pods Extended (pod generation) Pod Generation', () => {
  /** As clients do it: again where another write was faster. */
  async function update(name: string, change: (pod: Pod) => void): Promise<void> {
    await vi.waitFor(async () => {
      const pod = await read(name);
      change(pod);
      expect((await test.ask('PUT', at(name), pod)).status).toBe(200);
    }, { ...WAIT, interval: 5 });
  }

  it('pod generation should start at 1 and increment per update [MinimumKubeletVersion:1.34] [Conformance]', async () => {
    const created = await make('generations', { main: {} }, { initContainers: [{ name: 'init', image: 'init:1' }] });
    expect(created.metadata.generation).toBe(1);
    let expected = 1;
    const updates: [boolean, (pod: Pod) => void][] = [
      [false, () => undefined],
      [true, ({ spec }) => spec.tolerations?.push({ key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoSchedule' })],
      [true, ({ spec }) => void (spec.activeDeadlineSeconds = 5000)],
      [true, ({ spec }) => void (spec.containers[0]!.image = 'nginx:1')],
      [true, ({ spec }) => void (spec.initContainers![0]!.image = 'pause:2')],
      [false, ({ metadata }) => void (metadata.annotations = { key: 'value' })],
      [false, ({ metadata }) => void (metadata.generation = 1)],
    ];
    for (const [counts, change] of updates) {
      await update('generations', change);
      expected += Number(counts);
      await until('generations', ({ metadata, status }) => expect([metadata.generation, status.observedGeneration]).toEqual([expected, expected]));
    }
  });

  it('custom-set generation on new pods and graceful delete [Conformance]', async () => {
    expect((await make('deleted', { main: {} })).metadata.generation).toBe(1);
    await until('deleted', isRunning);
    const answer = await test.ask('DELETE', `${at('deleted')}?gracePeriodSeconds=60`);
    expect([answer.status, (answer.body as Pod).metadata.generation]).toEqual([200, 2]);
  });

  it('issue 500 podspec updates and verify generation and observedGeneration eventually converge [MinimumKubeletVersion:1.34] [Conformance]', async () => {
    await make('busy', { main: {} }, { activeDeadlineSeconds: 5000 });
    for (let count = 1; count < 500; count += 1) await update('busy', ({ spec }) => void (spec.activeDeadlineSeconds! -= 1));
    await until('busy', ({ metadata, status }) => expect([metadata.generation, status.observedGeneration]).toEqual([500, 500]));
  });

  it('pod observedGeneration field set in pod conditions', async () => {
    await make('conditions', { main: {} });
    const own = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
    const are = (generation: number) => ({ status }: Pod): void => expect(own.map((type) => status.conditions?.find((each) => each.type === type)?.observedGeneration)).toEqual(own.map(() => generation));
    await until('conditions', are(1));
    await update('conditions', ({ spec }) => void (spec.containers[0]!.image = 'nginx:1'));
    await until('conditions', are(2));
  });
});

const resize = (name: string, containers: Record<string, Resources>): Promise<Answer> =>
  test.ask('PATCH', `${at(name)}/resize`, { spec: { containers: Object.entries(containers).map(([container, resources]) => ({ name: container, resources })) } }, STRATEGIC);
const condition = (pod: Pod, wanted: string): Condition | undefined => pod.status.conditions?.find(({ type }) => type === wanted);
const isResized = (name: string, containers: Record<string, Resources>): Promise<Pod> =>
  until(name, (pod) => {
    const [spec, status] = [pod.spec.containers, pod.status.containerStatuses ?? []].map((list) => Object.fromEntries(list.map((container) => [container.name, container.resources])));
    expect([spec, status]).toEqual([containers, containers]);
    expect([condition(pod, 'PodResizePending'), condition(pod, 'PodResizeInProgress'), condition(pod, 'Ready')?.status]).toEqual([undefined, undefined, 'True']);
  });
const guaranteed = (cpu: string, memory: string): Resources => ({ requests: { cpu, memory }, limits: { cpu, memory } });

describe('[sig-node] Pod InPlace Resize Container guaranteed pods with multiple containers', () => {
  const before = { c1: guaranteed('20m', '35Mi'), c2: guaranteed('22m', '37Mi'), c3: guaranteed('24m', '39Mi') };
  it.each([
    ['increase cpu & mem on c1, c2, decrease cpu & mem on c3 - net increase', { c1: guaranteed('25m', '40Mi'), c2: guaranteed('27m', '42Mi'), c3: guaranteed('19m', '34Mi') }],
    ['increase cpu & mem on c1, decrease cpu & mem on c2, c3 - net decrease', { c1: guaranteed('25m', '40Mi'), c2: guaranteed('17m', '32Mi'), c3: guaranteed('19m', '34Mi') }],
    ['increase: CPU (c1,c3), memory (c2, c3) ; decrease: CPU (c2)', { c1: guaranteed('25m', '35Mi'), c2: guaranteed('17m', '42Mi'), c3: guaranteed('29m', '44Mi') }],
  ])('3 containers - %s [MinimumKubeletVersion:1.34] [Conformance]', async (_what, after) => {
    await make('testpod', before);
    await until('testpod', isRunning);
    for (const wanted of [after, before]) {
      expect((await resize('testpod', wanted)).status).toBe(200);
      expect((await isResized('testpod', wanted)).status.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([0, 0, 0]);
    }
  });
});

describe('[sig-node] Pod InPlace Resize Container apply invalid resize patch requests', () => {
  const requests = (list: List): Resources => ({ requests: list });
  const nothing = (...names: string[]): object => Object.fromEntries(names.map((name) => [name, null]));
  it.each<[string, Resources, object, string]>([
    ['BestEffort pod - request memory', {}, requests({ memory: '35Mi' }), 'Pod QOS Class may not change as a result of resizing'],
    ['BestEffort pod - request cpu', {}, requests({ cpu: '20m' }), 'Pod QOS Class may not change as a result of resizing'],
    ['Guaranteed pod - remove cpu & memory limits', guaranteed('20m', '35Mi'), { limits: null }, 'resource limits cannot be removed'],
    ['Burstable pod - remove memory requests', requests({ memory: '35Mi' }), { requests: nothing('memory') }, 'resource requests cannot be removed'],
    ['Burstable pod - remove cpu requests', requests({ cpu: '20m' }), { requests: nothing('cpu') }, 'resource requests cannot be removed'],
    ['Burstable pod - set requests == limits', { requests: { cpu: '20m', memory: '35Mi' }, limits: { cpu: '35m', memory: '50Mi' } }, guaranteed('35m', '50Mi'), 'Pod QOS Class may not change as a result of resizing'],
    ['Burstable pod - resize ephemeral storage', requests({ cpu: '20m', 'ephemeral-storage': '1' }), requests({ 'ephemeral-storage': '3' }), 'only cpu and memory resources are mutable'],
  ])('%s', async (_what, before, wanted, cause) => {
    await make('testpod', { c1: before });
    await until('testpod', isRunning);
    const { status, body } = await resize('testpod', { c1: wanted as Resources });
    expect([status, body.message]).toEqual([422, expect.stringContaining(cause)]);
    await isResized('testpod', { c1: before });
  });
});

describe('[sig-node] Pod InPlace Resize Container', () => {
  const cpu = (milli: number): Resources => ({ requests: { cpu: `${String(milli)}m` }, limits: { cpu: `${String(milli)}m` } });

  /** Thousandths of a core that the one node can give. */
  async function allocatable(): Promise<number> {
    const { items } = await test.ok('GET', '/api/v1/nodes');
    const text = items[0].status.allocatable.cpu as string;
    return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000;
  }

  it('pod-resize-scheduler-tests', async () => {
    const whole = await allocatable();
    const [half, quarter] = [Math.floor(whole / 2) - 1, Math.floor(whole / 4)];
    await make('testpod1', { c1: cpu(half) });
    await until('testpod1', isRunning);
    await make('testpod2', { c2: cpu(whole) });
    await until('testpod2', (pod) => expect(condition(pod, 'PodScheduled')).toMatchObject({ status: 'False', reason: 'Unschedulable', observedGeneration: 1 }));
    expect((await resize('testpod2', { c2: cpu(half) })).body.metadata.generation).toBe(2);
    await until('testpod2', isRunning);
    await make('testpod3', { c3: cpu(quarter) });
    await until('testpod3', (pod) => expect(condition(pod, 'PodScheduled')?.reason).toBe('Unschedulable'));
    await resize('testpod1', { c1: cpu(half - quarter) });
    await until('testpod3', isRunning);
    await resize('testpod1', { c1: cpu(half) });
    await until('testpod1', (pod) => expect(condition(pod, 'PodResizePending')?.reason).toBe('Deferred'));
    for (const name of ['testpod2', 'testpod3']) await remove(name);
    await isResized('testpod1', { c1: cpu(half) });
    await resize('testpod1', { c1: cpu(whole * 2) });
    await until('testpod1', (pod) => expect(condition(pod, 'PodResizePending')?.reason).toBe('Infeasible'));
    await make('testpod4', { c4: cpu(half) });
    await until('testpod4', isRunning);
  });

  it('pod-resize-retry-deferred-test-1', async () => {
    const part = Math.floor((await allocatable()) / 10);
    await make('testpod-a', { ca: cpu(part * 5) });
    await make('testpod-b', { cb: cpu(part * 3) });
    for (const name of ['testpod-a', 'testpod-b']) await until(name, isRunning);
    await resize('testpod-b', { cb: cpu(part * 6) });
    await until('testpod-b', (pod) => expect(condition(pod, 'PodResizePending')?.reason).toBe('Deferred'));
    await resize('testpod-a', { ca: cpu(part * 2) });
    await isResized('testpod-b', { cb: cpu(part * 6) });
  });
});

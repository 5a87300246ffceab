import { newInternalError } from '@gantry/apimachinery';
import { createClient, PODS } from '@gantry/client';
import type { SentRequest } from '@gantry/client';
import type { coreV1 } from '@gantry/api-types';
import { RuntimeError } from '@gantry/container-runtime';
import type { ContainerResources, ContainerRuntime } from '@gantry/container-runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Life, testPod, TestNode } from './kubelet-harness.suite.js';
import type { Kubelet } from './kubelet.js';
import type { Pod } from './pods/pod.js';

let node: TestNode;
/** What the runtime was told about containers that run. */
let told: ContainerResources[];
/** Bytes that each container uses. */
let usage: number;
let failure: RuntimeError | undefined;

beforeEach(() => {
  node = new TestNode();
  [told, usage, failure] = [[], 0, undefined];
});
afterEach(() => node.close());

const start = (): Promise<Kubelet> => {
  const runtime: ContainerRuntime = {
    ...node.runtime,
    updateContainer: async (_id, resources) => {
      if (failure !== undefined) throw failure;
      told.push(resources);
    },
    stats: async () => (await node.runtime.listContainers()).map(({ id, name }) => ({ containerId: id, name, podUid: '', at: 0, cpuNanoseconds: 0, memoryWorkingSetBytes: usage })),
  };
  return node.start({ runtime });
};

const requirements = (cpu: string, memory: string): coreV1.ResourceRequirements => ({ requests: { cpu, memory }, limits: { cpu, memory } });
const pod = (name: string, cpu: string, memory: string, more: Partial<coreV1.Container> = {}, annotations: Record<string, string> = {}): Pod =>
  testPod(name, { containers: [{ name: 'main', image: 'example.com/web:1', resources: requirements(cpu, memory), ...more }] }, annotations);
const seeded = async (...pods: Pod[]): Promise<void> => {
  node.client.seed(...pods);
  for (const { metadata } of pods) await node.untilRunning(metadata?.name ?? '');
};
/** What the API does with an update through `/resize`. */
const resize = (name: string, resources: coreV1.ResourceRequirements) =>
  node.client.resource(PODS, 'default').patch(name, 'application/json-patch+json', [{ op: 'replace', path: '/spec/containers/0/resources', value: resources }]);
const condition = (name: string, type: string) => node.pod(name)?.status?.conditions?.find((each) => each.type === type);
const isDone = (name: string): boolean => node.pod(name)?.status?.observedGeneration === node.pod(name)?.metadata?.generation && condition(name, 'PodResizeInProgress') === undefined && condition(name, 'PodResizePending') === undefined;
const done = (name: string, resources: coreV1.ResourceRequirements): Promise<void> =>
  node.until(() => isDone(name) && JSON.stringify(node.status(name)?.resources) === JSON.stringify(resources), `${name} is resized`);

describe('a pod that nobody resizes', () => {
  test('says what its containers have, also where that is nothing', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'), testPod('small'));
    expect(node.status('web')).toMatchObject({ resources: requirements('100m', '64Mi'), allocatedResources: { cpu: '100m', memory: '64Mi' } });
    expect(node.status('small')?.resources).toEqual({});
    expect(told).toEqual([]);
  });
});

describe('a resize', () => {
  test('is told of, done while the container runs, and told as done', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'));
    const before = node.status('web');
    await resize('web', requirements('200m', '128Mi'));
    await done('web', requirements('200m', '128Mi'));
    expect(told).toMatchObject([{ cpuShares: 204, cpuQuota: 20_000, cpuPeriod: 100_000, memoryLimit: 128 * 2 ** 20 }]);
    expect(node.status('web')).toMatchObject({ containerID: before?.containerID, restartCount: 0, ready: true, allocatedResources: { cpu: '200m', memory: '128Mi' } });
    const patches = node.client.requests.flatMap(({ body }) => (body as { status?: coreV1.PodStatus } | undefined)?.status?.conditions ?? []);
    expect(patches.filter(({ type }) => type === 'PodResizeInProgress')).toMatchObject([{ status: 'True', observedGeneration: 2 }]);
    await node.kill();
    const summary = '{"containers":[{"name":"main","resources":{"limits":{"cpu":"200m","memory":"128Mi"},"requests":{"cpu":"200m","memory":"128Mi"}}}],"generation":2}';
    expect(node.events('web').filter((text) => text.startsWith('Resize'))).toEqual([`ResizeStarted: Pod resize started: ${summary}`, `ResizeCompleted: Pod resize completed: ${summary}`]);
  });

  test.each([['memory', requirements('100m', '128Mi'), 1], ['cpu', requirements('200m', '64Mi'), 0]])('of %s restarts a container whose policy for memory says so, at once and every time', async (_resource, wanted, restarts) => {
    await start();
    await seeded(pod('web', '100m', '64Mi', { resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] }));
    for (const [round, resources] of [wanted, requirements('100m', '64Mi')].entries()) {
      await resize('web', resources);
      await done('web', resources);
      await node.until(() => node.status('web')?.state?.running !== undefined && node.status('web')?.restartCount === restarts * (round + 1), 'it runs');
    }
    expect(told.length).toBe(restarts === 0 ? 2 : 0);
    await node.kill();
    expect(node.events('web').includes('Killing: Container main resize requires restart')).toBe(restarts === 1);
  });

  test('is not done before it was told', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'));
    const isTelling = ({ method, body }: SentRequest): boolean => method === 'PATCH' && JSON.stringify(body).includes('PodResizeInProgress');
    node.client.failNext(({ method, body }) => method === 'PATCH' && Buffer.from(body ?? []).includes('PodResizeInProgress'), newInternalError('not now'), 2);
    await resize('web', requirements('200m', '64Mi'));
    await node.until(() => node.client.requests.filter(isTelling).length === 2, 'it is tried again', 20);
    expect(told).toEqual([]);
    await node.until(() => isDone('web') && told.length === 1, 'the resize', 100);
  });

  test('that the kernel does not tell apart is only told', async () => {
    await start();
    await seeded(pod('web', '2m', '64Mi'));
    await resize('web', requirements('1m', '64Mi'));
    await done('web', requirements('1m', '64Mi'));
    expect(told).toEqual([]);
  });

  test('to more than the node has never comes, and is taken back by another', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'));
    await resize('web', requirements('5', '64Mi'));
    await node.until(() => condition('web', 'PodResizePending') !== undefined, 'the refusal');
    expect(condition('web', 'PodResizePending')).toMatchObject({ status: 'True', reason: 'Infeasible', message: "Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000", observedGeneration: 2 });
    expect(node.status('web')?.resources).toEqual(requirements('100m', '64Mi'));
    await resize('web', requirements('100m', '64Mi'));
    await done('web', requirements('100m', '64Mi'));
    expect(told).toEqual([]);
    await node.kill();
    expect(node.events('web').filter((text) => text.startsWith('ResizeInfeasible: Pod resize Infeasible: {"containers":[{"name":"main",'))).toHaveLength(1);
  });

  test('that others leave no room for comes when one of them goes, first for who has priority', async () => {
    await start();
    const important = pod('important', '100m', '64Mi');
    important.spec!.priority = 10;
    await seeded(pod('web', '100m', '64Mi'), important, pod('large', '3', '64Mi'));
    await resize('web', requirements('2', '64Mi'));
    await node.until(() => condition('web', 'PodResizePending')?.reason === 'Deferred', 'the first waits');
    await resize('important', requirements('3', '64Mi'));
    await node.until(() => condition('important', 'PodResizePending')?.reason === 'Deferred', 'the second waits');
    expect(condition('important', 'PodResizePending')?.message).toBe("Node didn't have enough resource: cpu, requested: 3000, used: 3100, capacity: 4000");
    await node.client.resource(PODS, 'default').delete('large', { gracePeriodSeconds: 1 });
    await node.until(() => isDone('important'), 'the important one is resized', 100);
    expect(node.status('important')?.resources).toEqual(requirements('3', '64Mi'));
    expect(condition('web', 'PodResizePending')?.reason).toBe('Deferred');
  });

  test('that waits comes when the node has more', async () => {
    const kubelet = await start();
    await seeded(pod('web', '100m', '64Mi'), pod('large', '3', '64Mi'));
    await resize('web', requirements('2', '64Mi'));
    await node.until(() => condition('web', 'PodResizePending')?.reason === 'Deferred', 'it waits');
    kubelet.resize({ cpu: '8', memory: '8Gi', pods: '110' });
    await done('web', requirements('2', '64Mi'));
  });

  test('to less memory than is used fails, says so, and comes when less is used', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'));
    usage = 40 * 2 ** 20;
    await resize('web', requirements('100m', '32Mi'));
    await node.until(() => condition('web', 'PodResizeInProgress')?.reason === 'Error', 'the error');
    expect(condition('web', 'PodResizeInProgress')?.message).toBe('cannot decrease memory limits: attempting to set container "main" memory limit (33554432) below current usage (41943040)');
    expect(node.status('web')).toMatchObject({ resources: requirements('100m', '64Mi'), allocatedResources: { memory: '32Mi' } });
    usage = 20 * 2 ** 20;
    await node.clock.advanceAndSettle(10_000);
    await done('web', requirements('100m', '32Mi'));
  });

  test('that the runtime refuses says why', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'));
    failure = new RuntimeError('invalid', 'the kernel does not want to');
    await resize('web', requirements('100m', '128Mi'));
    await node.until(() => condition('web', 'PodResizeInProgress')?.message === 'the kernel does not want to', 'the error');
    failure = undefined;
    await node.clock.advanceAndSettle(10_000);
    await done('web', requirements('100m', '128Mi'));
  });

  test('before a container is there is what it starts with', async () => {
    await start();
    node.client.seed(pod('web', '100m', '64Mi', { image: 'not/a name' }));
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'InvalidImageName', 'it waits');
    await resize('web', requirements('200m', '64Mi'));
    await node.until(() => isDone('web'), 'it is resized');
    expect(told).toEqual([]);
  });
});

describe('a kubelet that begins again', () => {
  test('goes on waiting', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'), pod('large', '3', '64Mi'));
    await resize('web', requirements('2', '64Mi'));
    await node.until(() => condition('web', 'PodResizePending')?.reason === 'Deferred', 'it waits');
    await node.kill();
    await start();
    await node.clock.advanceAndSettle(1);
    expect(condition('web', 'PodResizePending')?.reason).toBe('Deferred');
    expect(node.status('web')?.resources).toEqual(requirements('100m', '64Mi'));
    await node.client.resource(PODS, 'default').delete('large', { gracePeriodSeconds: 1 });
    await node.until(() => isDone('web'), 'it is resized', 100);
  });

  test('does what was asked for meanwhile', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'));
    await node.kill();
    await resize('web', requirements('200m', '64Mi'));
    await start();
    await done('web', requirements('200m', '64Mi'));
    expect(told).toMatchObject([{ cpuShares: 204 }]);
  });

  test('does again what the one before began, whatever the pod asks for now', async () => {
    await start();
    await seeded(pod('web', '100m', '64Mi'));
    failure = new RuntimeError('invalid', 'not now');
    await resize('web', requirements('200m', '64Mi'));
    await node.until(() => condition('web', 'PodResizeInProgress')?.reason === 'Error', 'the error');
    await node.kill();
    await resize('web', requirements('100m', '64Mi'));
    failure = undefined;
    await start();
    await done('web', requirements('100m', '64Mi'));
    expect(told).toMatchObject([{ cpuShares: 102 }]);
  });

  test.each([['before', false], ['before', true], ['after', false], ['after', true]] as const)('ends with what the pod asks for at whatever call it died, %s that call had its effect; taken back meanwhile: %s', async (when, isTakenBack) => {
    let died = true;
    let longest = 0;
    for (let calls = 1; died; calls += 1) {
      const each = new TestNode();
      each.client.seed(pod('web', '100m', '64Mi'));
      /** By id, the weight that the kernel has for a container. */
      const shares = new Map<string, number | undefined>();
      const kernel: ContainerRuntime = {
        ...each.runtime,
        createContainer: async (sandbox, config) => {
          const id = await each.runtime.createContainer(sandbox, config);
          shares.set(id, config.resources.cpuShares);
          return id;
        },
        updateContainer: async (id, { cpuShares }) => void shares.set(id, cpuShares),
      };
      await each.start({ runtime: kernel });
      await each.untilRunning('web');
      await each.kill();
      const ask = (cpu: string) => each.client.resource(PODS, 'default').patch('web', 'application/json-patch+json', [{ op: 'replace', path: '/spec/containers/0/resources', value: requirements(cpu, '64Mi') }]);
      await ask('200m');
      const life = new Life(calls, when);
      await each.launch({ runtime: life.over(kernel), client: createClient(life.over(each.client.api)) }).catch(() => undefined);
      await each.until(() => life.dead || each.status('web')?.resources?.requests?.['cpu'] === '200m', 'a death, or the resize', 50);
      await each.clock.advanceAndSettle(5_000);
      died = life.dead;
      life.end();
      const ended = each.kill();
      await each.clock.advanceAndSettle(5_000);
      await ended;
      if (isTakenBack) await ask('100m');
      const wanted = isTakenBack ? '100m' : '200m';
      await each.start({ runtime: kernel });
      const is = (): boolean => {
        const { status, metadata } = each.pod('web') ?? {};
        return status?.observedGeneration === metadata?.generation && status?.containerStatuses?.[0]?.resources?.requests?.['cpu'] === wanted && status.conditions?.some(({ type }) => type.startsWith('PodResize')) === false;
      };
      await each.until(is, `the resize after a death at call ${calls}`, 100);
      await each.clock.advanceAndSettle(20_000);
      expect([...shares.values()], `death at call ${calls}`).toEqual([isTakenBack ? 102 : 204]);
      longest = calls;
      await each.close();
    }
    expect(longest).toBeGreaterThan(10);
  });
});

import { LEASES, NODES, PODS } from '@gantry/client';
import type { coreV1 } from '@gantry/api-types';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testPod, TestNode } from './kubelet-harness.suite.js';

let node: TestNode;
beforeEach(() => void (node = new TestNode()));
afterEach(() => node.close());

const conditions = (name: string): string[] => (node.pod(name)?.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status}${reason === undefined ? '' : ` ${reason}`}`);

describe('a node', () => {
  test('registers itself with its status and a lease, and renews that', async () => {
    await node.start();
    const [registered] = node.client.objects(NODES);
    expect(registered?.metadata).toMatchObject({ name: 'n1', labels: { 'kubernetes.io/hostname': 'n1', 'kubernetes.io/os': 'linux' } });
    expect(registered?.status).toMatchObject({ capacity: { cpu: '4', pods: '110', 'ephemeral-storage': expect.stringMatching(/^\d+Ki$/) as string }, addresses: [{ type: 'InternalIP', address: '192.0.2.1' }, { type: 'Hostname', address: 'n1' }], nodeInfo: { containerRuntimeVersion: 'hollow://1.0.0' } });
    expect(registered?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' });
    const renewed = () => node.client.objects(LEASES)[0]?.spec?.renewTime;
    expect(renewed()).toBe('2026-01-01T00:00:00.000000Z');
    await node.clock.advanceAndSettle(10_000);
    expect(renewed()).toBe('2026-01-01T00:00:10.000000Z');
    expect(node.client.objects(LEASES)[0]?.metadata?.ownerReferences?.[0]).toMatchObject({ kind: 'Node', name: 'n1', uid: registered?.metadata?.uid });
  });
});

describe('a node whose runtime fails', () => {
  test('has another part of its machine at once', async () => {
    const kubelet = await node.start();
    const cpus = () => [node.client.objects(NODES)[0]?.status?.capacity?.['cpu'], node.client.objects(NODES)[0]?.status?.allocatable?.['cpu']];
    expect(cpus()).toEqual(['4', '4']);
    kubelet.resize({ cpu: '800m', memory: '2Gi', pods: '110' });
    await node.until(() => cpus()[0] === '800m', 'the new capacity');
    expect(cpus()[1]).toBe('800m');
  });

  test('says that it shuts down before its pods end', async () => {
    node.client.seed(testPod('web'));
    const kubelet = await node.start();
    await node.untilRunning('web');
    const ready = () => node.client.objects(NODES)[0]?.status?.conditions?.find(({ type }) => type === 'Ready');
    const stopping = kubelet.stop({ endPods: true, tell: true });
    await node.until(() => ready()?.status === 'False', 'its last words');
    expect(ready()).toMatchObject({ reason: 'KubeletNotReady', message: 'node is shutting down' });
    let ended = false;
    void stopping.then(() => void (ended = true));
    await node.until(() => ended, 'the end', 1000);
    expect(await node.containers()).toEqual(['main#0 exited']);
  });

  test('is not ready until it answers again', async () => {
    let answers = true;
    const version = () => (answers ? node.runtime.version() : Promise.reject(new Error('down')));
    await node.start({ runtime: { ...node.runtime, version } });
    const ready = () => node.client.objects(NODES)[0]?.status?.conditions?.find(({ type }) => type === 'Ready');
    answers = false;
    await node.clock.advanceAndSettle(10_000);
    await node.until(() => ready()?.status === 'False', 'not ready');
    expect(ready()).toMatchObject({ reason: 'KubeletNotReady', message: 'container runtime is down', lastTransitionTime: '2026-01-01T00:00:10Z' });
    answers = true;
    await node.clock.advanceAndSettle(10_000);
    await node.until(() => ready()?.status === 'True', 'ready');
  });
});

describe('a pod', () => {
  test('runs, and its status says so in every field', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    const status = node.pod('web')?.status;
    expect(status).toMatchObject({
      phase: 'Running', podIP: '10.244.0.1', podIPs: [{ ip: '10.244.0.1' }], hostIP: '192.0.2.1', hostIPs: [{ ip: '192.0.2.1' }],
      startTime: '2026-01-01T00:00:00Z', qosClass: 'BestEffort', observedGeneration: 1,
    });
    const [container] = status?.containerStatuses ?? [];
    expect(container).toMatchObject({ name: 'main', ready: true, started: true, restartCount: 0, image: 'example.com/web:1', lastState: {} });
    expect(container?.containerID).toMatch(/^hollow:\/\/[0-9a-f]{64}$/);
    expect(container?.imageID).toMatch(/^sha256:/);
    expect(conditions('web')).toEqual(['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True']);
    expect(status?.conditions?.find(({ type }) => type === 'PodScheduled')?.lastTransitionTime).toBe('2025-12-31T00:00:00Z');
    await node.kill();
    expect(node.events('web')).toEqual([
      'Pulling: Pulling image "example.com/web:1"',
      'Pulled: Successfully pulled image "example.com/web:1" in 0s (0s including waiting). Image size: 0 bytes.',
      'Created: Container created',
      'Started: Container started',
    ]);
  });

  test('that is bound while the kubelet runs, runs too; one of another node does not', async () => {
    await node.start();
    node.client.seed(testPod('late'), testPod('other', { nodeName: 'n2' }));
    await node.untilRunning('late');
    expect(await node.containers()).toEqual(['main#0 running']);
  });

  test('writes its status once, not at every look', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.clock.advanceAndSettle(60_000);
    const writes = node.client.requests.filter(({ method, subresource, resource }) => method === 'PATCH' && subresource === 'status' && resource === '/pods');
    const before = writes.length;
    await node.clock.advanceAndSettle(60_000);
    expect(node.client.requests.filter(({ method, subresource, resource }) => method === 'PATCH' && subresource === 'status' && resource === '/pods')).toHaveLength(before);
  });

  test('that crashes is started again at once, then after 10 s, then after 20', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.restartCount === 1 && node.status('web')?.state?.running !== undefined, 'the first restart');
    expect(node.status('web')?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.state?.waiting !== undefined, 'back-off');
    expect(node.status('web')).toMatchObject({
      ready: false, started: false, restartCount: 1,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=main pod=web_default(uid-web)' } },
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(node.pod('web')?.status?.phase).toBe('Running');
    expect(conditions('web')).toContain('Ready=False ContainersNotReady');
    await node.clock.advanceAndSettle(9_999);
    expect(node.status('web')?.restartCount).toBe(1);
    await node.clock.advanceAndSettle(1);
    await node.untilRunning('web');
    expect(node.status('web')?.restartCount).toBe(2);
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.state?.waiting?.message?.startsWith('back-off 20s ') === true, 'a longer back-off');
    expect(await node.containers()).toEqual(['main#1 exited', 'main#2 exited']);
    await node.kill();
    expect(node.events('web')).toContain('BackOff: Back-off restarting failed container main in pod web_default(uid-web)');
  });

  test('that ran for more than ten minutes starts over with its back-off', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.restartCount === 1, 'the first restart');
    await node.clock.advanceAndSettle(600_001);
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.restartCount === 2 && node.status('web')?.state?.running !== undefined, 'a restart at once');
  });

  test.each([
    ['Never', '0', 'Succeeded', 'PodCompleted'],
    ['Never', '3', 'Failed', 'PodFailed'],
    ['OnFailure', '0', 'Succeeded', 'PodCompleted'],
  ])('of policy %s whose container exits with %s has %s', async (restartPolicy, code, phase, reason) => {
    node.client.seed(testPod('job', { restartPolicy }, { 'hollow.gantry.io/exit-after': '5', 'hollow.gantry.io/exit-code': code }));
    await node.start();
    await node.untilRunning('job');
    await node.clock.advanceAndSettle(5_000);
    await node.until(() => node.pod('job')?.status?.phase === phase, phase);
    expect(node.status('job')).toMatchObject({ ready: false, restartCount: 0, state: { terminated: { exitCode: Number(code), startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:05Z' } } });
    expect(conditions('job')).toContain(`ContainersReady=False ${reason}`);
    expect((await node.runtime.listSandboxes()).map(({ state }) => state)).toEqual(['notready']);
    await node.clock.advanceAndSettle(60_000);
    expect(await node.containers()).toEqual(['main#0 exited']);
  });

  test('of policy OnFailure is started again after a failure', async () => {
    node.client.seed(testPod('job', { restartPolicy: 'OnFailure' }, { 'hollow.gantry.io/exit-after': '5', 'hollow.gantry.io/exit-code': '2' }));
    await node.start();
    await node.untilRunning('job');
    await node.clock.advanceAndSettle(5_000);
    await node.until(() => node.status('job')?.restartCount === 1, 'a restart');
  });

  test('runs its init containers one after another, then the others', async () => {
    const initContainers = [{ name: 'one', image: 'i' }, { name: 'two', image: 'i' }];
    const annotations = { 'one.hollow.gantry.io/exit-after': '1', 'two.hollow.gantry.io/exit-after': '2' };
    node.client.seed(testPod('web', { initContainers }, annotations));
    await node.start();
    await node.until(() => node.status('web', 'one')?.state?.running !== undefined, 'the first init container');
    expect(await node.containers()).toEqual(['one#0 running']);
    expect(node.status('web', 'two')?.state?.waiting?.reason).toBe('PodInitializing');
    expect(node.pod('web')?.status?.phase).toBe('Pending');
    expect(node.pod('web')?.status?.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject({ status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [one two]' });
    await node.clock.advanceAndSettle(1_000);
    await node.until(() => node.status('web', 'two')?.state?.running !== undefined, 'the second');
    expect(await node.containers()).toEqual(['one#0 exited', 'two#0 running']);
    await node.clock.advanceAndSettle(2_000);
    await node.untilRunning('web');
    expect(node.status('web', 'one')).toMatchObject({ ready: true, state: { terminated: { reason: 'Completed' } } });
    expect(conditions('web')).toContain('Initialized=True');
  });

  test('whose init container fails under policy Never has failed', async () => {
    node.client.seed(testPod('web', { restartPolicy: 'Never', initContainers: [{ name: 'one', image: 'i' }] }, { 'one.hollow.gantry.io/exit-after': '0', 'one.hollow.gantry.io/exit-code': '1' }));
    await node.start();
    await node.clock.advanceAndSettle(1);
    await node.until(() => node.pod('web')?.status?.phase === 'Failed', 'Failed');
    expect(await node.containers()).toEqual(['one#0 exited']);
  });

  test('has a sidecar beside it from before its start to after its end', async () => {
    const initContainers = [{ name: 'proxy', image: 'i', restartPolicy: 'Always' }];
    node.client.seed(testPod('job', { restartPolicy: 'Never', initContainers }, { 'main.hollow.gantry.io/exit-after': '5' }));
    await node.start();
    await node.untilRunning('job');
    expect(await node.containers()).toEqual(['proxy#0 running', 'main#0 running']);
    await node.crash('proxy', 1);
    await node.until(() => node.status('job', 'proxy')?.restartCount === 1 && node.status('job', 'proxy')?.ready, 'the sidecar again');
    await node.clock.advanceAndSettle(5_000);
    await node.until(() => node.pod('job')?.status?.phase === 'Succeeded', 'the end');
    expect((await node.containers()).filter((text) => text.endsWith('running'))).toEqual([]);
  });

  test('whose sandbox dies gets another, and its containers count a restart', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    const [sandbox] = await node.runtime.listSandboxes();
    await node.runtime.stopSandbox(sandbox?.id ?? '');
    await node.until(() => node.status('web')?.restartCount === 1 && node.status('web')?.state?.running !== undefined, 'a restart');
    expect((await node.runtime.listSandboxes()).map(({ state, metadata }) => `${metadata.attempt} ${state}`)).toEqual(['0 notready', '1 ready']);
    expect(node.pod('web')?.status?.podIP).not.toBe(undefined);
  });

  test('that may run for so long only, fails when its time is over', async () => {
    node.client.seed(testPod('job', { activeDeadlineSeconds: 30 }));
    await node.start();
    await node.untilRunning('job');
    await node.clock.advanceAndSettle(30_000);
    await node.until(() => node.pod('job')?.status?.phase === 'Failed', 'Failed');
    expect(node.pod('job')?.status).toMatchObject({ reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
    expect((await node.containers()).filter((text) => text.endsWith('running'))).toEqual([]);
  });

  test('whose hook fails after the start is ended, by way of its other hook, and told', async () => {
    const commands: string[] = [];
    const execSync = async (_id: string, command: readonly string[]) => {
      commands.push(command.join(' '));
      return { exitCode: 1, stdout: new Uint8Array(), stderr: new Uint8Array() };
    };
    const containers = [{ name: 'main', image: 'i', lifecycle: { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['bye'] } } } }];
    node.client.seed(testPod('web', { restartPolicy: 'Never', containers }));
    await node.start({ runtime: { ...node.runtime, execSync } });
    await node.until(() => node.pod('web')?.status?.phase === 'Failed', 'Failed');
    await node.kill();
    expect(commands).toEqual(['hello', 'bye']);
    expect(node.events('web')).toEqual(expect.arrayContaining(["FailedPostStartHook: PostStartHook failed", 'Killing: FailedPostStartHook', 'FailedPreStopHook: PreStopHook failed']));
  });

  test('whose status another wrote into is put right, once', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.clock.advanceAndSettle(20_000);
    const patches = () => node.client.requests.filter(({ method, subresource, resource }) => method === 'PATCH' && subresource === 'status' && resource === '/pods').length;
    const before = patches();
    await node.client.resource(PODS, 'default').patch('web', 'application/merge-patch+json', { status: { resize: 'Proposed' } }, { subresource: 'status' });
    await node.clock.advanceAndSettle(60_000);
    expect(patches()).toBe(before + 2);
    expect(node.pod('web')?.status?.resize).toBeUndefined();
  });

  test('whose image is changed is restarted with the new one', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.client.resource(PODS, 'default').patch('web', 'application/json-patch+json', [{ op: 'replace', path: '/spec/containers/0/image', value: 'example.com/web:2' }]);
    await node.until(() => node.status('web')?.image === 'example.com/web:2' && node.status('web')?.state?.running !== undefined, 'the new image');
    expect(node.status('web')?.restartCount).toBe(1);
    expect(await node.containers()).toEqual(['main#0 exited', 'main#1 running']);
  });
});

describe('the environment of a container', () => {
  test('waits for what it refers to, and says what is missing', async () => {
    const env: coreV1.EnvVar[] = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }];
    node.client.seed(testPod('web', { containers: [{ name: 'main', image: 'i', env }] }));
    await node.start();
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'CreateContainerConfigError', 'the error');
    expect(node.status('web')?.state?.waiting?.message).toBe('configmap "settings" not found');
    node.client.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { a: 'b' } } as coreV1.ConfigMap);
    await node.clock.advanceAndSettle(10_000);
    await node.untilRunning('web');
  });
});

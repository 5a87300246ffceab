import type { coreV1 } from '@gantry/api-types';
import { PODS } from '@gantry/client';
import { settle } from '@gantry/async';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testPod, TestNode } from './kubelet-harness.suite.js';

let node: TestNode;
beforeEach(() => void (node = new TestNode({ delays: { stopContainer: 5_000 } })));
afterEach(() => node.close());

const tcp = { tcpSocket: { port: 80 } };
const main = (more: Partial<coreV1.Container>): Partial<coreV1.PodSpec> => ({ containers: [{ name: 'main', image: 'i', ...more }] });
const program = (values: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(values).map(([key, value]) => [`hollow.gantry.io/${key}`, value]));
const condition = (type: string) => node.pod('web')?.status?.conditions?.find((each) => each.type === type);

describe('readiness', () => {
  test('comes with the probe, goes with its failures, and is written at once', async () => {
    node.client.seed(testPod('web', main({ readinessProbe: { ...tcp, periodSeconds: 5, failureThreshold: 2 } }), program({ 'readiness-after': '10', 'readiness-until': '20' })));
    await node.start();
    await node.untilRunning('web');
    expect(node.status('web')).toMatchObject({ ready: false, started: true });
    const unready = { status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [main]' };
    expect(condition('Ready')).toMatchObject(unready);
    expect(condition('ContainersReady')).toMatchObject(unready);
    await node.clock.advanceAndSettle(9_999);
    expect(node.status('web')?.ready).toBe(false);
    await node.clock.advanceAndSettle(1);
    await node.until(() => node.status('web')?.ready, 'ready');
    expect(condition('Ready')).toMatchObject({ status: 'True', lastTransitionTime: '2026-01-01T00:00:10Z' });
    await node.clock.advanceAndSettle(14_999);
    expect(node.status('web')?.ready).toBe(true);
    await node.clock.advanceAndSettle(1);
    await node.until(() => condition('Ready')?.status === 'False', 'not ready');
    expect(node.status('web')).toMatchObject({ ready: false, restartCount: 0 });
    await node.kill();
    expect(node.events('web')).toContain('Unhealthy: Readiness probe failed: hollow: not now');
  });

  test('is there with the second write where the first answer is good', async () => {
    node.client.seed(testPod('web', main({ readinessProbe: tcp })));
    await node.start();
    await node.until(() => node.status('web')?.ready, 'ready');
    const running = node.client.requests.filter(({ method, subresource, body }) => method === 'PATCH' && subresource === 'status' && JSON.stringify(body).includes('"running"'));
    expect(running.length).toBeLessThanOrEqual(2);
  });

  test('waits for the gates of others', async () => {
    node.client.seed(testPod('web', { ...main({ readinessProbe: tcp }), readinessGates: [{ conditionType: 'example.com/balanced' }] }));
    await node.start();
    await node.until(() => node.status('web')?.ready, 'a ready container');
    expect(condition('Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady', message: 'corresponding condition of pod readiness gate "example.com/balanced" does not exist.' });
    const conditions = [...(node.pod('web')?.status?.conditions ?? []), { type: 'example.com/balanced', status: 'True' }];
    await node.client.resource(PODS, 'default').patch('web', 'application/merge-patch+json', { status: { conditions } }, { subresource: 'status' });
    await node.until(() => condition('Ready')?.status === 'True', 'ready');
  });

  test('stays as it was reported while the next kubelet asks for the first time', async () => {
    node.client.seed(testPod('web', main({ readinessProbe: { ...tcp, periodSeconds: 30 }, startupProbe: tcp })));
    await node.start();
    await node.until(() => node.status('web')?.ready, 'ready');
    await node.kill();
    node.clock.advance(60_000);
    await node.start();
    await node.clock.advanceAndSettle(20);
    await settle(20);
    expect(node.status('web')).toMatchObject({ ready: true, started: true });
    expect(condition('Ready')?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
  });

  test('is still asked while the pod ends, liveness is not', async () => {
    node.client.seed(testPod('web', main({ readinessProbe: { ...tcp, periodSeconds: 1, failureThreshold: 1 }, livenessProbe: { ...tcp, periodSeconds: 1, failureThreshold: 1 } }), program({ 'readiness-until': '12', 'liveness-until': '10' })));
    await node.start();
    await node.until(() => node.status('web')?.ready, 'ready');
    await node.clock.advanceAndSettle(9_000);
    await node.client.resource(PODS, 'default').delete('web');
    await node.clock.advanceAndSettle(2_000);
    expect(node.status('web')?.ready).toBe(true);
    await node.clock.advanceAndSettle(1_000);
    await node.until(() => node.status('web')?.ready === false, 'not ready');
    await node.clock.advanceAndSettle(5_000);
    await node.until(() => node.pod('web') === undefined, 'the end');
    await node.kill();
    expect(node.events('web').filter((event) => event.includes('Liveness') || event.includes('failed liveness'))).toEqual([]);
  });
});

describe('liveness', () => {
  test('ends a container that fails it, with the grace of the probe, and starts another', async () => {
    node.client.seed(testPod('web', main({ livenessProbe: { ...tcp, periodSeconds: 10, failureThreshold: 2, terminationGracePeriodSeconds: 3 } }), program({ 'liveness-until': '15' })));
    await node.start();
    await node.untilRunning('web');
    await node.clock.advanceAndSettle(30_000);
    expect(node.status('web')?.restartCount).toBe(0);
    await node.clock.advanceAndSettle(3_000);
    await node.until(() => node.status('web')?.restartCount === 1 && node.status('web')?.state?.running !== undefined, 'the restart');
    expect(node.status('web')?.lastState?.terminated).toMatchObject({ exitCode: 143, finishedAt: '2026-01-01T00:00:33Z' });
    await node.kill();
    expect(node.events('web')).toEqual(expect.arrayContaining(['Unhealthy: Liveness probe failed: hollow: not now', 'Killing: Container main failed liveness probe, will be restarted']));
  });

  test('restarts with back-off when it fails again', async () => {
    node.client.seed(testPod('web', main({ livenessProbe: { ...tcp, periodSeconds: 1, failureThreshold: 1 } }), program({ 'liveness-until': '1' })));
    await node.start();
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'CrashLoopBackOff', 'back-off', 500);
    expect(node.status('web')?.restartCount).toBe(1);
  });

  test('ends the only container of a pod of policy Never for good', async () => {
    node.client.seed(testPod('web', { ...main({ livenessProbe: { ...tcp, periodSeconds: 1, failureThreshold: 1 } }), restartPolicy: 'Never' }, program({ 'liveness-until': '1' })));
    await node.start();
    await node.until(() => node.pod('web')?.status?.phase === 'Failed', 'Failed', 500);
    await node.kill();
    expect(node.events('web')).toContain('Killing: Container main failed liveness probe');
  });
});

describe('a startup probe', () => {
  test('holds back the others until it succeeds', async () => {
    node.client.seed(testPod('web', main({ startupProbe: { ...tcp, periodSeconds: 5, failureThreshold: 10 }, livenessProbe: { ...tcp, periodSeconds: 1, failureThreshold: 1 }, readinessProbe: tcp }), program({ 'startup-after': '20', 'liveness-after': '20' })));
    await node.start();
    await node.untilRunning('web');
    await node.clock.advanceAndSettle(19_999);
    expect(node.status('web')).toMatchObject({ started: false, ready: false, restartCount: 0 });
    await node.clock.advanceAndSettle(1);
    await node.until(() => node.status('web')?.ready, 'ready');
    expect(node.status('web')).toMatchObject({ started: true, restartCount: 0 });
  });

  test('that fails ends its container', async () => {
    node.client.seed(testPod('web', main({ startupProbe: { ...tcp, periodSeconds: 1, failureThreshold: 3 } }), program({ 'startup-after': '1000' })));
    await node.start();
    await node.until(() => node.status('web')?.restartCount === 1, 'a restart', 500);
    await node.kill();
    expect(node.events('web')).toContain('Killing: Container main failed startup probe, will be restarted');
  });

  test('of a sidecar holds back the containers after it', async () => {
    const side: coreV1.Container = { name: 'side', image: 'i', restartPolicy: 'Always', startupProbe: { ...tcp, periodSeconds: 1, failureThreshold: 30 }, readinessProbe: tcp };
    node.client.seed(testPod('web', { ...main({}), initContainers: [side] }, { 'side.hollow.gantry.io/startup-after': '7' }));
    await node.start();
    await node.until(() => node.status('web', 'side')?.state?.running !== undefined, 'the sidecar');
    await node.clock.advanceAndSettle(6_900);
    expect(await node.containers()).toEqual(['side#0 running']);
    expect(condition('Initialized')).toMatchObject({ status: 'False', message: 'containers with incomplete status: [side]' });
    await node.clock.advanceAndSettle(1_000);
    await node.until(() => condition('Ready')?.status === 'True', 'ready');
    expect(await node.containers()).toEqual(['side#0 running', 'main#0 running']);
  });
});

describe('the hook after a start', () => {
  const slow = { lifecycle: { postStart: { sleep: { seconds: 40 } } } };

  test('holds back readiness and the containers after it', async () => {
    node.client.seed(testPod('web', { containers: [{ name: 'main', image: 'i', ...slow }, { name: 'second', image: 'i' }] }));
    await node.start();
    await node.until(() => node.client.requests.some(({ subresource }) => subresource === 'status'), 'a status');
    await node.clock.advanceAndSettle(39_000);
    expect(await node.containers()).toEqual(['main#0 running']);
    expect(node.status('web')).toMatchObject({ ready: false, started: false, state: { waiting: { reason: 'ContainerCreating' } } });
    await node.clock.advanceAndSettle(1_000);
    await node.until(() => condition('Ready')?.status === 'True', 'ready');
    expect(await node.containers()).toEqual(['main#0 running', 'second#0 running']);
  });

  test('does not hold up a deletion', async () => {
    node.client.seed(testPod('web', main(slow)));
    await node.start();
    await node.until(() => node.status('web') !== undefined, 'a status');
    await settle(20);
    await node.client.resource(PODS, 'default').delete('web');
    await node.clock.advanceAndSettle(5_000);
    await node.until(() => node.pod('web') === undefined, 'the end');
    expect(await node.containers()).toEqual([]);
    await node.kill();
    expect(node.events('web').filter((event) => event.startsWith('Failed'))).toEqual([]);
  });

  test('is not waited for by a kubelet that finds the container running', async () => {
    node.client.seed(testPod('web', main(slow)));
    await node.start();
    await node.until(() => node.status('web') !== undefined, 'a status');
    await settle(20);
    await node.kill();
    await node.start();
    await node.until(() => node.status('web')?.ready, 'ready');
    expect(await node.containers()).toEqual(['main#0 running']);
  });
});

describe('the end', () => {
  const sidecar = (name: string): coreV1.Container => ({ name, image: 'i', restartPolicy: 'Always' });
  const running = async (): Promise<string[]> => (await node.containers()).filter((each) => each.endsWith('running')).map((each) => each.split('#')[0] ?? '');

  test('of sidecars comes after the others, in reverse order', async () => {
    node.client.seed(testPod('web', { ...main({}), initContainers: [sidecar('one'), sidecar('two')] }));
    await node.start();
    await node.untilRunning('web');
    await node.client.resource(PODS, 'default').delete('web');
    await node.clock.advanceAndSettle(5_000);
    expect(await running()).toEqual(['one', 'two']);
    await node.clock.advanceAndSettle(5_000);
    expect(await running()).toEqual(['one']);
    await node.clock.advanceAndSettle(5_000);
    await node.until(() => node.pod('web') === undefined, 'the end');
  });

  test('waits for a hook within the grace, also of the next kubelet', async () => {
    node.client.seed(testPod('web', main({ lifecycle: { preStop: { sleep: { seconds: 10 } } } })));
    await node.start();
    await node.untilRunning('web');
    await node.client.resource(PODS, 'default').delete('web');
    await node.clock.advanceAndSettle(4_000);
    const killed = node.kill();
    await node.clock.advanceAndSettle(1_000);
    await killed;
    expect(await running()).toEqual(['main']);
    await node.start();
    await node.until(() => node.pod('web') === undefined, 'the end', 250);
    expect(await node.containers()).toEqual([]);
  });

  test('of a whole node waits for hooks, and takes sidecars after the others', async () => {
    node.client.seed(testPod('web', { ...main({ lifecycle: { preStop: { sleep: { seconds: 10 } } } }), initContainers: [sidecar('one')] }));
    await node.start();
    await node.untilRunning('web');
    const stopped = node.kubelet?.stop({ endPods: true });
    await node.clock.advanceAndSettle(10_000);
    expect(await running()).toEqual(['one', 'main']);
    await node.clock.advanceAndSettle(5_000);
    expect(await running()).toEqual(['one']);
    await node.clock.advanceAndSettle(5_000);
    await stopped;
    expect(await node.containers()).toEqual(['one#0 exited', 'main#0 exited']);
    expect(node.pod('web')?.metadata?.deletionTimestamp).toBeUndefined();
  });

  test('of a whole node does not wait longer than it may for one pod', async () => {
    node.client.seed(testPod('web', { ...main({ lifecycle: { preStop: { sleep: { seconds: 500 } } } }), terminationGracePeriodSeconds: 600 }));
    await node.start();
    await node.untilRunning('web');
    const stopped = node.kubelet?.stop({ endPods: true });
    await node.clock.advanceAndSettle(32_000);
    await stopped;
    expect(await node.containers()).toEqual(['main#0 exited']);
  });

  test('of an object that finalizers hold is asked for once', async () => {
    const pod = testPod('web');
    node.client.seed({ ...pod, metadata: { ...pod.metadata, finalizers: ['example.com/hold'] } });
    await node.start();
    await node.untilRunning('web');
    await node.client.resource(PODS, 'default').delete('web');
    await node.clock.advanceAndSettle(60_000);
    const asked = () => node.client.requests.filter(({ method, resource, body }) => method === 'DELETE' && resource === '/pods' && (body as { preconditions?: object } | undefined)?.preconditions !== undefined).length;
    const before = asked();
    expect(before).toBeGreaterThan(0);
    await node.client.resource(PODS, 'default').patch('web', 'application/merge-patch+json', { metadata: { labels: { a: 'b' } } });
    await node.clock.advanceAndSettle(60_000);
    expect(asked()).toBe(before);
    expect(await node.containers()).toEqual([]);
  });
});

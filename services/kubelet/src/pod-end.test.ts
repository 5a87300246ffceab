import { PODS } from '@gantry/client';
import { settle, silentLogger } from '@gantry/async';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testPod, TestNode } from './kubelet-harness.suite.js';

let node: TestNode;
beforeEach(() => void (node = new TestNode({ delays: { stopContainer: 5_000 } })));
afterEach(() => node.close());

const remove = (name: string, gracePeriodSeconds?: number) => node.client.resource(PODS, 'default').delete(name, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
const nothingLeft = async (): Promise<void> => {
  expect(await node.runtime.listSandboxes()).toEqual([]);
  expect(await node.containers()).toEqual([]);
};

describe('a pod that is deleted', () => {
  test('has its grace, then its last status, then goes, and nothing is left', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await remove('web');
    await node.clock.advanceAndSettle(4_999);
    expect(node.status('web')?.state?.running).toBeDefined();
    await node.clock.advanceAndSettle(1);
    await node.until(() => node.pod('web') === undefined, 'the end');
    const last = node.client.requests.filter(({ method, resource }) => resource === '/pods' && (method === 'PATCH' || method === 'DELETE')).slice(-2);
    expect(last[0]?.body).toMatchObject({ status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 143 } } }] } });
    expect(last[1]).toMatchObject({ method: 'DELETE', body: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-web' } } });
    await nothingLeft();
    await node.kill();
    expect(node.events('web')).toContain('Killing: Stopping container main');
  });

  test('twice, the second time with less grace, ends sooner', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await remove('web');
    await settle();
    await remove('web', 1);
    await node.clock.advanceAndSettle(1_000);
    await node.until(() => node.pod('web') === undefined, 'the end');
  });

  test('before it could start goes as well', async () => {
    node = new TestNode({ pullFailure: () => 'connection refused' });
    node.client.seed(testPod('web'));
    await node.start();
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'ErrImagePull', 'the failure');
    await remove('web');
    await node.until(() => node.pod('web') === undefined, 'the end');
    await nothingLeft();
  });

  test('after it ended by itself is cleared away', async () => {
    node.client.seed(testPod('job', { restartPolicy: 'Never' }, { 'hollow.gantry.io/exit-after': '1' }));
    await node.start();
    await node.untilRunning('job');
    await node.clock.advanceAndSettle(1_000);
    await node.until(() => node.pod('job')?.status?.phase === 'Succeeded', 'Succeeded');
    expect(await node.containers()).toEqual(['main#0 exited']);
    await remove('job');
    await node.clock.advanceAndSettle(10_000);
    await nothingLeft();
  });

  test('by force is ended with its grace though the API has no object any more', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await remove('web', 0);
    await settle();
    expect(node.pod('web')).toBeUndefined();
    expect(await node.containers()).toEqual(['main#0 running']);
    await node.clock.advanceAndSettle(5_000);
    await settle(40);
    await nothingLeft();
  });

  test('and made again under its name runs beside the end of the first', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await remove('web', 0);
    node.client.seed({ ...testPod('web'), metadata: { ...testPod('web').metadata, uid: 'uid-second' } });
    await node.untilRunning('web');
    await node.clock.advanceAndSettle(5_000);
    await settle(40);
    expect((await node.runtime.listSandboxes()).map(({ metadata }) => metadata.uid)).toEqual(['uid-second']);
  });
});

describe('images', () => {
  test('that cannot be pulled are waited for longer and longer', async () => {
    let reachable = false;
    node = new TestNode({ pullFailure: () => (reachable ? undefined : 'dial tcp: connection refused') });
    node.client.seed(testPod('web'));
    await node.start();
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'ErrImagePull', 'the failure');
    expect(node.status('web')?.state?.waiting?.message).toBe('dial tcp: connection refused');
    await node.clock.advanceAndSettle(1_000);
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'ImagePullBackOff', 'the back-off');
    expect(node.status('web')?.state?.waiting?.message).toBe('Back-off pulling image "example.com/web:1": ErrImagePull: dial tcp: connection refused');
    reachable = true;
    await node.clock.advanceAndSettle(9_000);
    await node.untilRunning('web');
    await node.kill();
    expect(node.events('web')).toEqual(expect.arrayContaining(['Failed: Failed to pull image "example.com/web:1": dial tcp: connection refused', 'Failed: Error: ErrImagePull', 'BackOff: Back-off pulling image "example.com/web:1"']));
  });

  test('that must not be pulled are said to be missing', async () => {
    node.client.seed(testPod('web', { containers: [{ name: 'main', image: 'i:1', imagePullPolicy: 'Never' }] }));
    await node.start();
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'ErrImageNeverPull', 'the refusal');
    expect(node.status('web')?.state?.waiting?.message).toBe('Container image "i:1" is not present with pull policy of Never');
  });

  test('with a name that is none are refused', async () => {
    node.client.seed(testPod('web', { containers: [{ name: 'main', image: 'Not An Image' }] }));
    await node.start();
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'InvalidImageName', 'the refusal');
  });

  test('a program that cannot be started is tried again as one that crashes', async () => {
    node.client.seed(testPod('web', {}, { 'hollow.gantry.io/start-error': 'no such file' }));
    await node.start();
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'CrashLoopBackOff', 'the back-off');
    expect(node.status('web')).toMatchObject({ restartCount: 1, lastState: { terminated: { reason: 'StartError', exitCode: 127, message: 'no such file' } } });
  });
});

test('a node that stops says which pods it waits for', async () => {
  const lines: object[] = [];
  node.client.seed(testPod('slow'));
  await node.start({ logger: { ...silentLogger, info: (fields) => void lines.push(fields) } });
  await node.untilRunning('slow');
  const stopping = node.kubelet?.stop({ endPods: true });
  await node.until(() => lines.some((line) => 'pods' in line), 'a line', 1000);
  await node.clock.advanceAndSettle(5000);
  await stopping;
  expect(lines).toContainEqual({ pods: ['default/slow'], longestGraceSeconds: 30 });
});

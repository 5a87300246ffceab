import { newInternalError } from '@gantry/apimachinery';
import { settle } from '@gantry/async';
import { createClient, PODS } from '@gantry/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Life, testPod, TestNode } from './kubelet-harness.suite.js';

let node: TestNode;
beforeEach(() => void (node = new TestNode()));
afterEach(() => node.close());

const ids = async (): Promise<string[]> => (await node.runtime.listContainers()).map(({ id }) => id);

describe('a kubelet that was killed and starts again', () => {
  test('adopts what runs: the same containers, counts unchanged', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.restartCount === 1 && node.status('web')?.state?.running !== undefined, 'a restart');
    const before = await ids();
    await node.kill();
    await node.start();
    await node.clock.advanceAndSettle(30_000);
    expect(await ids()).toEqual(before);
    expect(node.status('web')).toMatchObject({ restartCount: 1, ready: true });
  });

  test('goes on with a back-off where it was', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.restartCount === 1 && node.status('web')?.state?.running !== undefined, 'a restart');
    await node.crash('main', 1);
    await node.until(() => node.status('web')?.state?.waiting?.reason === 'CrashLoopBackOff', 'back-off');
    await node.kill();
    node.clock.advance(6_000);
    await node.start();
    await node.clock.advanceAndSettle(3_999);
    expect(node.status('web')?.restartCount).toBe(1);
    await node.clock.advanceAndSettle(1);
    await node.untilRunning('web');
    expect(node.status('web')?.restartCount).toBe(2);
  });

  test('sees an exit that happened while it was down', async () => {
    node.client.seed(testPod('job', { restartPolicy: 'Never' }));
    await node.start();
    await node.untilRunning('job');
    await node.kill();
    await node.crash('main', 4);
    await node.start();
    await node.until(() => node.pod('job')?.status?.phase === 'Failed', 'Failed');
    expect(node.status('job')?.state?.terminated?.exitCode).toBe(4);
    expect(node.pod('job')?.status?.podIP).toBe('10.244.0.1');
  });

  test('ends what was deleted while it was down, and starts nothing of it', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.kill();
    await node.client.resource(PODS, 'default').delete('web', { gracePeriodSeconds: 0 });
    await node.start();
    await settle(60);
    expect(await node.containers()).toEqual([]);
    expect(await node.runtime.listSandboxes()).toEqual([]);
  });

  test('finishes a deletion that it had begun', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.kill();
    await node.client.resource(PODS, 'default').delete('web');
    await node.start();
    await node.until(() => node.pod('web') === undefined, 'the end');
    expect(await node.containers()).toEqual([]);
  });

  test('touches nothing before it knows what the API has, by a consistent read', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    const before = await ids();
    await node.kill();
    node.client.failNext((request, target) => request.method === 'GET' && target.resource.resource === 'pods' && target.name === undefined, newInternalError('not now'), 3);
    const starting = node.start();
    await settle(20);
    expect(await ids()).toEqual(before);
    await node.clock.advanceAndSettle(10_000);
    await starting;
    await settle(20);
    expect(await ids()).toEqual(before);
  });

  test.each(['before', 'after'] as const)('ends in the same place at whatever call it died, %s that call had its effect', async (when) => {
    let died = true;
    let longest = 0;
    for (let calls = 1; died; calls += 1) {
      const each = new TestNode();
      each.client.seed(testPod('web', { initContainers: [{ name: 'init', image: 'i' }] }, { 'init.hollow.gantry.io/exit-after': '0' }));
      const life = new Life(calls, when);
      await each.launch({ runtime: life.over(each.runtime), client: createClient(life.over(each.client.api)) }).catch(() => undefined);
      await each.until(() => life.dead || each.status('web')?.state?.running !== undefined, 'a death, or a pod that runs', 50);
      await each.clock.advanceAndSettle(5_000);
      died = life.dead;
      life.end();
      const ended = each.kill();
      await each.clock.advanceAndSettle(5_000);
      await ended;
      await each.start();
      await each.until(() => each.status('web')?.state?.running !== undefined, `a pod that runs after a death at call ${calls}`, 100);
      longest = calls;
      expect(await each.containers()).toEqual(['init#0 exited', 'main#0 running']);
      expect((await each.runtime.listSandboxes()).length).toBe(1);
      await each.close();
    }
    expect(longest).toBeGreaterThan(30);
  });
});

describe('a node that is stopped with its pods', () => {
  test('keeps the objects, and starts the same pods again with the count one up', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.kubelet?.stop({ endPods: true });
    expect(await node.containers()).toEqual(['main#0 exited']);
    expect(node.pod('web')?.metadata?.deletionTimestamp).toBeUndefined();
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: false, state: { terminated: { exitCode: 143 } } }] });
    expect(node.pod('web')?.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False' }));
    await node.start();
    await node.until(() => node.status('web')?.restartCount === 1 && node.status('web')?.state?.running !== undefined, 'the restart');
    expect(node.pod('web')?.metadata?.uid).toBe('uid-web');
    expect(await node.containers()).toEqual(['main#0 exited', 'main#1 running']);
  });
});

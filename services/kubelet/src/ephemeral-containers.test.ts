import { PODS } from '@gantry/client';
import type { coreV1 } from '@gantry/api-types';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testPod, TestNode } from './kubelet-harness.suite.js';

let node: TestNode;
beforeEach(async () => {
  node = new TestNode();
  node.client.seed(testPod('web'));
  await node.start();
  await node.untilRunning('web');
});
afterEach(() => node.close());

const eye: coreV1.EphemeralContainer = { name: 'eye', image: 'example.com/debug:1', targetContainerName: 'main' };
/** What the API does with an update through `/ephemeralcontainers`. */
const add = (container: coreV1.EphemeralContainer) =>
  node.client.resource(PODS, 'default').patch('web', 'application/json-patch+json', [{ op: 'add', path: '/spec/ephemeralContainers', value: [container] }]);
const state = () => node.status('web', 'eye')?.state;

describe('an ephemeral container', () => {
  test('comes to a pod that runs, and changes nothing about it', async () => {
    const before = node.status('web');
    await add(eye);
    await node.until(() => state()?.running !== undefined, 'it runs');
    const { status } = node.pod('web')!;
    expect(status?.ephemeralContainerStatuses).toEqual([
      { name: 'eye', image: eye.image, imageID: expect.any(String) as string, containerID: expect.stringMatching(/^hollow:/) as string, lastState: {}, ready: false, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } },
    ]);
    expect(node.status('web')).toEqual(before);
    expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True', observedGeneration: 2 });
    expect(status?.observedGeneration).toBe(2);
  });

  test('is told of by events at its own field', async () => {
    await add(eye);
    await node.until(() => state()?.running !== undefined, 'it runs');
    await node.kill();
    const events = node.client.requests.filter(({ method, resource }) => method === 'POST' && resource.endsWith('/events')).map(({ body }) => body as coreV1.Event);
    expect(events.find(({ involvedObject }) => involvedObject.fieldPath === 'spec.ephemeralContainers{eye}')).toBeDefined();
  });

  test('that has ended stays so, for this kubelet and the next', async () => {
    await add(eye);
    await node.until(() => state()?.running !== undefined, 'it runs');
    await node.crash('eye', 3);
    await node.until(() => state()?.terminated?.exitCode === 3, 'its end');
    await node.kill();
    await node.start();
    await node.clock.advanceAndSettle(60_000);
    expect(await node.containers()).toEqual(['main#0 running', 'eye#0 exited']);
    expect(node.pod('web')?.status?.phase).toBe('Running');
  });

  test('that is to look at one that is not there says so', async () => {
    await add({ ...eye, targetContainerName: 'gone' });
    await node.until(() => state()?.waiting?.reason === 'CreateContainerConfigError', 'the reason');
    expect(state()?.waiting?.message).toBe('unable to find target container gone');
  });

  test('ends with its pod', async () => {
    await add(eye);
    await node.until(() => state()?.running !== undefined, 'it runs');
    await node.client.resource(PODS, 'default').delete('web', { gracePeriodSeconds: 1 });
    await node.until(() => node.pod('web') === undefined, 'the end', 100);
    expect(await node.containers()).toEqual([]);
  });
});

import { Deferred, FakeClock, settle, silentLogger } from '@gantry/async';
import { NODES } from '@gantry/client';
import { afterEach, describe, expect, test } from 'vitest';
import { TestNode } from '../kubelet-harness.suite.js';
import { startPendingNetwork } from './pending-network.js';
import type { PodNetwork } from './pod-network.js';

const network: PodNetwork = { attach: () => Promise.resolve('10.244.1.2'), detach: () => Promise.resolve(), retain: () => Promise.resolve() };
const pod = { uid: 'u1', namespace: 'default', name: 'p' };

describe('a pod network to come', () => {
  test('plugs in nothing before it is there', async () => {
    const made = new Deferred<PodNetwork>();
    const changes: (string | undefined)[] = [];
    const pending = startPendingNetwork({
      make: () => made.promise, registered: Promise.resolve(), clock: new FakeClock(0), logger: silentLogger, signal: new AbortController().signal,
      changed: () => changes.push(pending.problem),
    });
    await expect(pending.attach(pod, 1, [])).rejects.toThrow('container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized');
    made.resolve(network);
    await pending.ready;
    expect(await pending.attach(pod, 1, [])).toBe('10.244.1.2');
    expect(changes).toEqual([undefined]);
  });

  test('is made again and again where it cannot be made, and says why', async () => {
    const clock = new FakeClock(0);
    let attempts = 0;
    const pending = startPendingNetwork({
      make: () => (++attempts < 3 ? Promise.reject(new Error('no range')) : Promise.resolve(network)),
      registered: Promise.resolve(), clock, logger: silentLogger, signal: new AbortController().signal, changed: () => undefined,
    });
    await settle(5);
    expect(pending.problem).toBe('no range');
    for (let turn = 0; turn < 20 && pending.problem !== undefined; turn += 1) {
      clock.advance(1000);
      await settle(5);
    }
    expect([pending.problem, attempts]).toEqual([undefined, 3]);
  });

  test('ends when it is no longer wanted', async () => {
    const stop = new AbortController();
    const pending = startPendingNetwork({ make: () => Promise.reject(new Error('no')), registered: Promise.resolve(), clock: new FakeClock(0), logger: silentLogger, signal: stop.signal, changed: () => undefined });
    await settle(5);
    stop.abort(new Error('stopped'));
    await expect(pending.ready).rejects.toThrow('stopped');
  });
});

describe('a node whose pod network is to come', () => {
  let node: TestNode | undefined;
  afterEach(() => node?.close());

  const ready = () => node?.client.objects(NODES)[0]?.status?.conditions?.find(({ type }) => type === 'Ready');

  test('is registered and not ready, and says at once when it is', async () => {
    node = new TestNode();
    const made = new Deferred<PodNetwork>();
    await node.start({ network: () => made.promise });
    expect(ready()).toMatchObject({ status: 'False', reason: 'KubeletNotReady', message: expect.stringContaining('container runtime network not ready: NetworkReady=false') as string });
    made.resolve(network);
    await node.until(() => ready()?.status === 'True', 'the node is ready');
    expect(ready()).toMatchObject({ reason: 'KubeletReady' });
  });
});

import { createFakeClient, PODS } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import type { Informers } from '@gantry/informer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testPod } from '../kubelet-harness.suite.js';
import { PodsByNode } from './pods-by-node.js';

describe('the pods of many nodes from one cache', () => {
  let client: FakeClient;
  let informers: Informers;
  let pods: PodsByNode;
  beforeEach(async () => {
    client = createFakeClient();
    client.seed(testPod('first', { nodeName: 'a' }));
    client.seed(testPod('other', { nodeName: 'b' }));
    informers = createInformers({ client });
    pods = new PodsByNode(informers.informer(PODS));
    informers.start();
    await informers.waitForSync();
  });
  afterEach(async () => {
    pods.close();
    await informers.stop();
    await client.close();
  });

  it('reach the kubelet of their node, and no other', async () => {
    const [seenByA, seenByB]: [string[], string[]] = [[], []];
    pods.of('a').addHandler({ add: ({ metadata }, initial) => seenByA.push(`${metadata?.name}${initial ? ' already' : ''}`), delete: ({ metadata }) => seenByA.push(`-${metadata?.name}`) });
    pods.of('b').addHandler({ add: ({ metadata }) => seenByB.push(metadata?.name ?? '') });
    await client.resource(PODS, 'default').create(testPod('second', { nodeName: 'a' }));
    await client.resource(PODS, 'default').delete('first', { gracePeriodSeconds: 0 });
    await vi.waitFor(() => expect(seenByA).toEqual(['first already', 'second', '-first']), { timeout: 10_000 });
    expect(seenByB).toEqual(['other']);
  });

  it('are found by their node alone', () => {
    const cache = pods.of('a');
    cache.addIndexes({ uid: ({ metadata }) => [metadata?.uid ?? ''] });
    expect(cache.lister.list().map(({ metadata }) => metadata?.name)).toEqual(['first']);
    expect(cache.lister.get('other', 'default')).toBeUndefined();
    expect(cache.lister.byIndex('uid', 'uid-other')).toEqual([]);
    expect(cache.lister.byIndex('uid', 'uid-first')).toHaveLength(1);
  });
});

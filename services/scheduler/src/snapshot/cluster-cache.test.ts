import { expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { FakeClock } from '@gantry/async';
import { podFacts } from '../pods/pod-facts.js';
import { ClusterCache } from './cluster-cache.js';

const node: coreV1.Node = { metadata: { name: 'a' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' } } };
const facts = podFacts({ metadata: { namespace: 'n', name: 'p', uid: 'u' }, spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] } });

function make() {
  const clock = new FakeClock();
  const cache = new ClusterCache(clock);
  cache.setNode(node);
  return { clock, cache, cpu: () => cache.nodes.cpu[0] };
}

it('counts an assumed pod at once, and once when it is seen', () => {
  const { clock, cache, cpu } = make();
  cache.assume(facts, 'a');
  expect(cpu()).toBe(1000);
  cache.bound('u');
  cache.setPod(facts, 'a');
  clock.advance(60_000);
  expect(cpu()).toBe(1000);
  cache.forget('u');
  expect(cpu()).toBe(1000);
});

it('frees the place of a pod whose binding failed', () => {
  const { cache, cpu } = make();
  cache.assume(facts, 'a');
  cache.forget('u');
  expect([cpu(), cache.isPlaced('u')]).toEqual([0, false]);
});

it('frees the place of a pod that was bound and never seen, but not while the binding is on its way', () => {
  const { clock, cache, cpu } = make();
  cache.assume(facts, 'a');
  clock.advance(600_000);
  expect(cpu()).toBe(1000);
  cache.bound('u');
  clock.advance(30_000);
  expect(cpu()).toBe(0);
});

it('counts pods that were seen before their node, and again when the node comes back', () => {
  const cache = new ClusterCache(new FakeClock());
  cache.setPod(facts, 'a');
  cache.setNode(node);
  expect(cache.nodes.cpu[0]).toBe(1000);
  cache.removeNode('a');
  cache.setNode(node);
  expect(cache.nodes.cpu[0]).toBe(1000);
  cache.removePod('u');
  expect(cache.nodes.cpu[0]).toBe(0);
});

it('moves a pod that is seen elsewhere than it was assumed', () => {
  const { cache } = make();
  cache.setNode({ ...node, metadata: { name: 'b' } });
  cache.assume(facts, 'a');
  cache.setPod(facts, 'b');
  expect([cache.nodes.cpu[0], cache.nodes.cpu[1]]).toEqual([0, 1000]);
});

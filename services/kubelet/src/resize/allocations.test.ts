import { expect, test } from 'vitest';
import type { Pod } from '../pods/pod.js';
import { Allocations } from './allocations.js';

const world = { sandboxes: [], containers: [] };
const pod = (name: string, cpu: string, generation: number): Pod => ({
  metadata: { name, namespace: 'd', uid: name, generation }, spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] },
});

test('nobody waits for what another one asks for and is not given', () => {
  const [able, boundless] = [pod('able', '2', 2), pod('boundless', '5', 2)];
  const changed: string[] = [];
  const events: string[] = [];
  const allocations = new Allocations({ pods: () => [able, boundless], capacity: () => ({ cpu: '4', memory: '8Gi' }), event: ({ name = '' }, { reason }) => events.push(`${name} ${reason}`), changed: (uid) => changed.push(uid) });
  allocations.look(pod('able', '1', 1), able, world);
  allocations.look(pod('boundless', '1', 1), boundless, world);
  expect([events, changed]).toEqual([['able ResizeDeferred', 'boundless ResizeInfeasible'], ['able']]);
  expect(allocations.look(able, able, world)).toEqual({ pod: able, isUntold: true });
});

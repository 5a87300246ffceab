import { expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import type { PodGcWorld } from './plan.js';
import { computePlan, missingNodes } from './plan.js';

function pod(name: string, nodeName: string | undefined, phase: string, rest: { created?: string; deleting?: boolean } = {}): coreV1.Pod {
  const { created = '2026-01-01T00:00:00Z', deleting = false } = rest;
  return { metadata: { name, creationTimestamp: created, ...(deleting ? { deletionTimestamp: created } : {}) }, spec: { nodeName, containers: [] }, status: { phase } };
}

const world = (pods: coreV1.Pod[], rest: Partial<PodGcWorld> = {}): PodGcWorld => ({ pods, nodes: new Set(['n1']), goneNodes: new Set(), terminatedThreshold: 0, ...rest });

it.each<[string, PodGcWorld, [string, string][]]>([
  ['leaves pods on nodes that exist', world([pod('a', 'n1', 'Running')]), []],
  ['leaves pods on a node that is only missing for a moment', world([pod('a', 'n2', 'Running')]), []],
  ['takes pods of a node that is gone', world([pod('a', 'n2', 'Running')], { goneNodes: new Set(['n2']) }), [['a', 'nodeGone']]],
  ['takes a pod that was deleted before it had a node', world([pod('a', undefined, 'Pending', { deleting: true }), pod('b', undefined, 'Pending')]), [['a', 'unscheduledTerminating']]],
  [
    'takes the oldest finished pods beyond the threshold',
    world([pod('new', 'n1', 'Failed', { created: '2026-01-03T00:00:00Z' }), pod('old', 'n1', 'Succeeded'), pod('runs', 'n1', 'Running')], { terminatedThreshold: 1 }),
    [['old', 'terminated']],
  ],
])('%s', (_name, subject, expected) => {
  expect(computePlan(subject).map(({ pod: { metadata }, reason }) => [metadata?.name, reason])).toEqual(expected);
});

it('names the nodes that are missing', () => {
  expect([...missingNodes([pod('a', 'n1', 'Running'), pod('b', 'n2', 'Running'), pod('c', undefined, 'Pending')], new Set(['n1']))]).toEqual(['n2']);
});

import type { coreV1 } from '@gantry/api-types';
import { DEPARTED_ANNOTATION, NODES } from '@gantry/client';
import { afterEach, expect, it } from 'vitest';
import type { TestCluster } from '../testing/cluster.suite.js';
import { createTestCluster } from '../testing/cluster.suite.js';
import { departedNodesController } from './controller.js';
import { isRemovable } from './removable.js';

const open: TestCluster[] = [];
afterEach(async () => {
  for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
});

function node(name: string, { departed = true, ready = 'False', spec = {} }: { departed?: boolean; ready?: string; spec?: coreV1.NodeSpec } = {}): coreV1.Node {
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name, annotations: departed ? { [DEPARTED_ANNOTATION]: 'true' } : {} },
    spec,
    status: { conditions: [{ type: 'Ready', status: ready }] },
  };
}

it.each<[string, coreV1.Node, boolean]>([
  ['goes when its machine was taken away', node('n'), true],
  ['goes with the taints that the cluster gave it', node('n', { spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] } }), true],
  ['goes also when nobody knows of it', node('n', { ready: 'Unknown' }), true],
  ['stays when it is only not ready', node('n', { departed: false }), false],
  ['stays when it is ready', node('n', { ready: 'True' }), false],
  ['stays when it was cordoned', node('n', { spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] } }), false],
  ['stays when an administrator has tainted it', node('n', { spec: { taints: [{ key: 'example.com/suspect', effect: 'NoExecute' }] } }), false],
])('a node %s', (_, given, removable) => {
  expect(isRemovable(given)).toBe(removable);
});

it('removes those that are there at the start and those that depart later', async () => {
  const cluster = createTestCluster([node('a'), node('b', { departed: false }), node('c', { departed: false })]);
  open.push(cluster);
  const { client, clock } = cluster;
  await cluster.start({ controllers: [departedNodesController] });
  await clock.advanceAndSettle(1000);
  expect(client.objects(NODES).map(({ metadata }) => metadata?.name)).toEqual(['b', 'c']);
  await client.resource(NODES).patch('c', 'application/merge-patch+json', { metadata: { annotations: { [DEPARTED_ANNOTATION]: 'true' } } });
  await clock.advanceAndSettle(1000);
  expect(client.objects(NODES).map(({ metadata }) => metadata?.name)).toEqual(['b']);
});

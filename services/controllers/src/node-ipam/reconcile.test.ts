import { afterEach, describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { modifiedMessage, newConflict } from '@gantry/apimachinery';
import { EVENTS, NODES } from '@gantry/client';
import type { TestCluster } from '../testing/cluster.suite.js';
import { createTestCluster } from '../testing/cluster.suite.js';
import { nodeIpamController } from './controller.js';

const open: TestCluster[] = [];

afterEach(async () => {
  for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
});

const node = (name: string, spec: coreV1.NodeSpec = {}): coreV1.Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec });

async function scene(...nodes: coreV1.Node[]) {
  const cluster = createTestCluster(nodes);
  open.push(cluster);
  const { client, clock } = cluster;
  const start = () => cluster.start({ controllers: [nodeIpamController], nodeIpam: { clusterCidr: '10.244.0.0/23' } });
  const ranges = () => client.objects(NODES).map(({ metadata, spec }) => [metadata?.name, spec?.podCIDR, spec?.podCIDRs]);
  const lists = () => client.requests.filter(({ method, resource, name }) => method === 'GET' && resource === '/nodes' && name === undefined).length;
  return { ...cluster, client, clock, start, ranges, lists };
}

describe('node ipam', () => {
  it('gives each node its range, once', async () => {
    const { client, clock, start, ranges } = await scene(node('a'), node('b'));
    await start();
    await clock.advanceAndSettle(1000);
    expect(ranges()).toEqual([['a', '10.244.0.0/24', ['10.244.0.0/24']], ['b', '10.244.1.0/24', ['10.244.1.0/24']]]);
    expect(client.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
  });

  it('says that nothing is left, and gives what a deleted node had', async () => {
    const { client, clock, start, ranges } = await scene(node('a'), node('b'), node('c'));
    await start();
    await clock.advanceAndSettle(1000);
    expect(ranges()[2]).toEqual(['c', undefined, undefined]);
    expect(client.objects(EVENTS)).toMatchObject([
      { type: 'Normal', reason: 'CIDRNotAvailable', message: 'Node c status is now: CIDRNotAvailable', involvedObject: { kind: 'Node', name: 'c' }, source: { component: 'cidrAllocator' } },
    ]);
    await client.resource(NODES).delete('a');
    await clock.advanceAndSettle(1000);
    expect(ranges()).toEqual([['b', '10.244.1.0/24', ['10.244.1.0/24']], ['c', '10.244.0.0/24', ['10.244.0.0/24']]]);
  });

  it('begins again with a new list where a write met a conflict, as if nothing was, and leaves a range that was set by hand', async () => {
    const { client, clock, start, ranges, lists } = await scene(node('a'), node('b', { podCIDR: '172.16.0.0/24' }));
    client.failNext(({ method }) => method === 'PATCH', newConflict({ group: '', resource: 'nodes' }, 'a', modifiedMessage));
    await start();
    await clock.advanceAndSettle(1000);
    // The cache's, the refused one's, the good one's.
    expect(lists()).toBe(3);
    expect(ranges()).toEqual([['a', '10.244.0.0/24', ['10.244.0.0/24']], ['b', '172.16.0.0/24', undefined]]);
  });

  it('asks for no list for nodes that have their range', async () => {
    const { client, clock, start, lists } = await scene(node('a', { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] }));
    await start();
    const before = lists();
    await client.resource(NODES).patch('a', 'application/merge-patch+json', { metadata: { labels: { zone: 'x' } } });
    await clock.advanceAndSettle(1000);
    expect(lists()).toBe(before);
  });

  it('gives no range twice where two work at once', async () => {
    const { client, clock, start, ranges } = await scene();
    await start();
    await start();
    await client.resource(NODES).create(node('a'));
    await client.resource(NODES).create(node('b'));
    await clock.advanceAndSettle(5000);
    expect(new Set(ranges().map(([, cidr]) => cidr))).toEqual(new Set(['10.244.0.0/24', '10.244.1.0/24']));
  });
});

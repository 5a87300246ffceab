import { describe, expect, test } from 'vitest';
import { NODE, service } from '../testing/objects.suite.js';
import { chooseEndpoints } from './categorize.js';
import { servicePortsOf } from './from-objects.js';
import type { Endpoint, NodeFacts, ServicePort } from './service-port.js';

const [BASE] = servicePortsOf(service('web', { clusterIP: '10.96.0.1' }), [], 'node-1') as [ServicePort];

const endpoint = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({
  address, port: 80, ready: true, serving: true, terminating: false, local: false, zoneHints: [], nodeHints: [], ...more,
});
const ending = { ready: false, terminating: true };
const ill = { ready: false, serving: false };
const local = { local: true };

interface Case {
  readonly name: string;
  readonly port?: Partial<ServicePort>;
  readonly node?: Partial<NodeFacts>;
  readonly endpoints: readonly Endpoint[];
  readonly cluster: readonly string[];
  readonly local?: readonly string[];
  readonly any?: boolean;
}

const CASES: readonly Case[] = [
  { name: 'ready endpoints alone, wherever they are', endpoints: [endpoint('a', local), endpoint('b'), endpoint('c', ill), endpoint('d', ending)], cluster: ['a', 'b'] },
  { name: 'those that end but serve where none is ready', endpoints: [endpoint('a', ending), endpoint('b', { ...ending, serving: false }), endpoint('c', ill)], cluster: ['a'] },
  { name: 'none where none serves', endpoints: [endpoint('a', ill)], cluster: [], any: false },
  { name: 'no cluster endpoints where nothing would use them', port: { internalLocal: true }, endpoints: [endpoint('a', local), endpoint('b')], cluster: [], local: ['a'] },
  { name: 'none here, though some elsewhere', port: { internalLocal: true }, endpoints: [endpoint('b')], cluster: [], local: [], any: true },
  { name: 'external policy Local counts only where something external leads here', port: { externalLocal: true }, endpoints: [endpoint('a', local)], cluster: ['a'], local: [] },
  { name: 'both where a node port is Local', port: { externalLocal: true, nodePort: 30_000 }, endpoints: [endpoint('a', local), endpoint('b')], cluster: ['a', 'b'], local: ['a'] },
  { name: 'the fallback is taken for the local ones alone', port: { externalLocal: true, nodePort: 30_000 }, endpoints: [endpoint('a', { ...local, ...ending }), endpoint('b')], cluster: ['b'], local: ['a'] },
  { name: "the zone's own", node: { zone: 'x' }, endpoints: [endpoint('a', { zoneHints: ['x'] }), endpoint('b', { zoneHints: ['y'] })], cluster: ['a'] },
  { name: 'all where a ready endpoint has no hint', node: { zone: 'x' }, endpoints: [endpoint('a', { zoneHints: ['x'] }), endpoint('b')], cluster: ['a', 'b'] },
  { name: 'all where no hint is for the zone', node: { zone: 'z' }, endpoints: [endpoint('a', { zoneHints: ['x'] }), endpoint('b', { zoneHints: ['y'] })], cluster: ['a', 'b'] },
  { name: 'all where the node has no zone', endpoints: [endpoint('a', { zoneHints: ['x'] }), endpoint('b', { zoneHints: ['y'] })], cluster: ['a', 'b'] },
  { name: 'a hint of one that is not ready does not count', node: { zone: 'x' }, endpoints: [endpoint('a', { zoneHints: ['x'] }), endpoint('b', ill)], cluster: ['a'] },
  { name: "the node's own before the zone's", node: { zone: 'x' }, endpoints: [endpoint('a', { zoneHints: ['x'], nodeHints: ['node-1'] }), endpoint('b', { zoneHints: ['x'], nodeHints: ['node-2'] })], cluster: ['a'] },
  { name: "the zone's where none is hinted for the node", node: { zone: 'x' }, endpoints: [endpoint('a', { zoneHints: ['x'], nodeHints: ['node-3'] }), endpoint('b', { zoneHints: ['y'], nodeHints: ['node-2'] })], cluster: ['a'] },
  { name: 'hints do not bind the fallback', node: { zone: 'x' }, endpoints: [endpoint('a', { ...ending, zoneHints: ['y'] })], cluster: ['a'] },
];

describe('the endpoints that a node uses', () => {
  test.each(CASES)('$name', ({ port, node, endpoints, cluster, local: expectedLocal = [], any = true }) => {
    const choice = chooseEndpoints({ ...BASE, ...port, endpoints }, { ...NODE, ...node });
    expect(choice.cluster.map(({ address }) => address)).toEqual(cluster);
    expect(choice.local.map(({ address }) => address)).toEqual(expectedLocal);
    expect(choice.any).toBe(any);
  });
});

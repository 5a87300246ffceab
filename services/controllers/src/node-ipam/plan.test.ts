import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { computePlan } from './plan.js';
import type { NodeIpamSettings } from './pod-cidrs.js';
import { PodCidrs } from './pod-cidrs.js';

const SETTINGS: NodeIpamSettings = { clusterCidr: '10.244.0.0/22', nodeCidrMaskSize: 24 };

function node(name: string, revision: number, podCIDR?: string): coreV1.Node {
  return { metadata: { name, resourceVersion: String(revision) }, spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] } };
}

function planned(nodes: coreV1.Node[], settings: Partial<NodeIpamSettings> = {}, next = 0) {
  const { assignments, refused } = computePlan(nodes, new PodCidrs({ ...SETTINGS, ...settings }, next));
  return { given: assignments.map(({ node: { metadata }, podCidr }) => [metadata?.name, podCidr]), refused: refused.map(({ metadata }) => metadata?.name) };
}

describe('the shares of nodes', () => {
  it.each<[string, coreV1.Node[], Partial<NodeIpamSettings>, number, unknown]>([
    ['begin with the first', [node('a', 1)], {}, 0, { given: [['a', '10.244.0.0/24']], refused: [] }],
    ['are given in the order of revisions, not of names', [node('b', 9), node('a', 10)], {}, 0, { given: [['b', '10.244.0.0/24'], ['a', '10.244.1.0/24']], refused: [] }],
    ['leave out what others have', [node('a', 1), node('b', 2, '10.244.0.0/24')], {}, 0, { given: [['a', '10.244.1.0/24']], refused: [] }],
    ['leave out all that a larger one covers', [node('a', 1), node('b', 2, '10.244.0.0/23')], {}, 0, { given: [['a', '10.244.2.0/24']], refused: [] }],
    ['leave out one that a smaller one lies in', [node('a', 1), node('b', 2, '10.244.0.128/25')], {}, 0, { given: [['a', '10.244.1.0/24']], refused: [] }],
    ['do not mind those of elsewhere', [node('a', 1), node('b', 2, '192.168.0.0/24'), node('c', 3, 'fd00::/64')], {}, 0, { given: [['a', '10.244.0.0/24']], refused: [] }],
    ['leave out the Services', [node('a', 1)], { serviceCidr: '10.244.0.0/23' }, 0, { given: [['a', '10.244.2.0/24']], refused: [] }],
    ['go round', [node('a', 1), node('b', 2)], {}, 3, { given: [['a', '10.244.3.0/24'], ['b', '10.244.0.0/24']], refused: [] }],
    ['end', ['a', 'b', 'c', 'd', 'e'].map((name, index) => node(name, index)), {}, 0, {
      given: [['a', '10.244.0.0/24'], ['b', '10.244.1.0/24'], ['c', '10.244.2.0/24'], ['d', '10.244.3.0/24']], refused: ['e'] }],
    ['may be of another size', [node('a', 1), node('b', 2)], { clusterCidr: '172.16.0.0/12', nodeCidrMaskSize: 26 }, 5, { given: [['a', '172.16.1.64/26'], ['b', '172.16.1.128/26']], refused: [] }],
  ])('%s', (_name, nodes, settings, next, expected) => {
    expect(planned(nodes, settings, next)).toEqual(expected);
  });

  it.each<[Partial<NodeIpamSettings>, string]>([
    [{ clusterCidr: '10.244.0.0' }, '10.244.0.0 is not an IPv4 range'],
    [{ nodeCidrMaskSize: 16 }, "a node's /16 is larger than the cluster's 10.244.0.0/22"],
  ])('are refused to settings that make no sense: %o', (settings, message) => {
    expect(() => new PodCidrs({ ...SETTINGS, ...settings })).toThrow(message);
  });
});

interface Server {
  readonly nodes: Map<string, coreV1.Node>;
  revision: number;
}

/** One controller with a step for each request: a list, or the next write of the plan. */
class Writer {
  #left: { name: string; revision: string; podCidr: string }[] = [];

  constructor(
    private readonly server: Server,
    private readonly next: number,
  ) {}

  step(): void {
    const write = this.#left.shift();
    if (write === undefined) return this.#list();
    const current = this.server.nodes.get(write.name);
    if (current?.metadata?.resourceVersion !== write.revision) this.#left = [];
    else this.server.nodes.set(write.name, node(write.name, (this.server.revision += 1), write.podCidr));
  }

  #list(): void {
    const { assignments } = computePlan([...this.server.nodes.values()], new PodCidrs(SETTINGS, this.next));
    this.#left = assignments.map(({ node: { metadata }, podCidr }) => ({ name: metadata?.name ?? '', revision: metadata?.resourceVersion ?? '', podCidr }));
  }
}

it('no two nodes get one range, whoever writes, pauses or is late, and whatever comes, changes and goes', () => {
  const action = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('first', 'second', 'third') }, fc.tuple(fc.constantFrom('create', 'touch', 'delete'), fc.constantFrom('a', 'b', 'c', 'd', 'e')));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60, size: 'max' }), (actions) => {
      const server: Server = { nodes: new Map(), revision: 0 };
      const writers = { first: new Writer(server, 0), second: new Writer(server, 0), third: new Writer(server, 2) };
      for (const one of actions) {
        if (typeof one === 'string') writers[one as keyof typeof writers].step();
        else change(server, one[0], one[1]);
        const held = [...server.nodes.values()].map(({ spec }) => spec?.podCIDR).filter((cidr) => cidr !== undefined);
        expect(new Set(held).size).toBe(held.length);
      }
    }),
    { numRuns: 1000 },
  );
});

function change(server: Server, what: string, name: string): void {
  const present = server.nodes.get(name);
  if (what === 'delete') server.nodes.delete(name);
  else if ((present === undefined) === (what === 'create')) server.nodes.set(name, node(name, (server.revision += 1), present?.spec?.podCIDR));
}

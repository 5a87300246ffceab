import type { coreV1 } from '@gantry/api-types';
import { describe, expect, it } from 'vitest';
import { computeRouteChanges, parseRoutes, routeLines, wantedRoutes } from './route-plan.js';

const node = (name: string, podCIDR: string | undefined, address?: string): coreV1.Node => ({
  metadata: { name },
  spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] },
  status: { addresses: address === undefined ? [] : [{ type: 'Hostname', address: name }, { type: 'InternalIP', address }] },
});

describe('routes to the pods of other nodes', () => {
  it('lead to every node that has a range and an address, but not to oneself or to what is hollow', () => {
    const nodes = [
      node('own', '10.244.0.0/24', '172.18.0.2'),
      node('peer', '10.244.1.0/24', '172.18.0.3'),
      node('new', undefined, '172.18.0.4'),
      node('silent', '10.244.3.0/24'),
      node('hollow-1', '240.0.0.0/24', '127.0.0.1'),
    ];
    expect([...wantedRoutes(nodes, 'own')]).toEqual([['10.244.1.0/24', '172.18.0.3']]);
  });

  it('are read as the kernel shows them', () => {
    const text = '10.244.1.0/24 via 172.18.0.3 dev eth0 \n10.244.2.0/24 via 172.18.0.4 dev eth0 metric 5 \n';
    expect([...parseRoutes(text)]).toEqual([['10.244.1.0/24', '172.18.0.3'], ['10.244.2.0/24', '172.18.0.4']]);
    expect(parseRoutes('').size).toBe(0);
  });

  it.each([
    ['come with a node', {}, { a: '1' }, 'route replace a via 1 proto 71\n'],
    ['go with it', { a: '1' }, {}, 'route del a proto 71\n'],
    ['follow its address', { a: '1' }, { a: '2' }, 'route replace a via 2 proto 71\n'],
    ['stay as they are', { a: '1' }, { a: '1' }, ''],
  ])('%s', (_, present, wanted, lines) => {
    const changes = computeRouteChanges(new Map(Object.entries(wanted)), new Map(Object.entries(present)));
    expect(routeLines(changes)).toBe(lines);
  });
});

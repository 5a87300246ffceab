import { describe, expect, test } from 'vitest';
import { servicePortsOf } from '../rules/from-objects.js';
import { NODE, readyEndpoint, service, slice } from '../testing/objects.suite.js';
import { staleFlows } from './stale-flows.js';

const UDP = [{ name: '', port: 53, protocol: 'UDP' as const }];
const PORTS = servicePortsOf(
  service('dns', { type: 'NodePort', clusterIP: '10.96.0.20', externalIPs: ['203.0.113.1'], ports: [{ port: 53, protocol: 'UDP', nodePort: 30_053 }] }),
  [slice('dns', ['10.244.1.2', readyEndpoint('10.244.1.3', { conditions: { ready: false, serving: true, terminating: true } }), readyEndpoint('10.244.1.4', { conditions: { ready: false, serving: false } })], UDP)],
  'node-1',
);

const flow = (destination: string, port: number, replySource: string, protocol = 'udp      17') =>
  `${protocol} 29 src=10.244.1.9 dst=${destination} sport=4444 dport=${port} [UNREPLIED] src=${replySource} dst=10.244.1.9 sport=53 dport=4444 mark=0 use=1`;

describe('UDP flows are stale', () => {
  test.each([
    ['where their endpoint is gone', flow('10.96.0.20', 53, '10.244.1.7'), true],
    ['where their endpoint does not serve', flow('10.96.0.20', 53, '10.244.1.4'), true],
    ['where they began before there was a rule', flow('192.0.2.1', 30_053, '192.0.2.1'), true],
    ['at an external address too', flow('203.0.113.1', 53, '10.244.1.7'), true],
    ['but not where their endpoint serves', flow('10.96.0.20', 53, '10.244.1.2'), false],
    ['nor where it ends but serves', flow('192.0.2.1', 30_053, '10.244.1.3'), false],
    ['nor at another port or address', `${flow('10.96.0.20', 54, '10.244.1.7')}\n${flow('198.51.100.1', 53, '198.51.100.1')}`, false],
    ['nor those of TCP', flow('10.96.0.20', 53, '10.244.1.7', 'tcp      6'), false],
  ])('%s', (_name, listing, isStale) => {
    expect(staleFlows(listing, PORTS, NODE)).toHaveLength(isStale ? 1 : 0);
  });

  test('but never those to what the node answers itself', () => {
    expect(staleFlows(flow('10.96.0.20', 53, '10.96.0.20'), PORTS, { ...NODE, ownServiceAddresses: ['10.96.0.20'] })).toEqual([]);
  });

  test('and named once for all clients', () => {
    expect(staleFlows([1, 2].map(() => flow('10.96.0.20', 53, '10.244.1.7')).join('\n'), PORTS, NODE)).toEqual([{ destination: '10.96.0.20', port: 53, replySource: '10.244.1.7' }]);
  });
});

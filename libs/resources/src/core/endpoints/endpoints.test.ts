import type { coreV1 } from '@gantry/api-types';
import { expect, it, test } from 'vitest';
import { texts } from '../../fixtures.suite.js';
import { endpointsColumns } from './columns.js';
import { defaultEndpoints } from './defaults.js';
import type { DefaultedEndpoints } from './defaults.js';
import { endpointsStrategy } from './strategy.js';

function endpoints(...subsets: coreV1.EndpointSubset[]): DefaultedEndpoints {
  const object = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e', namespace: 'ns', uid: 'u', resourceVersion: '1' }, subsets } as DefaultedEndpoints;
  defaultEndpoints(object);
  return object;
}

const [a, b] = [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }];

test.each<[string, coreV1.EndpointSubset[], string[]]>([
  ['nothing', [], []],
  ['ready and others, with a port', [{ addresses: [a], notReadyAddresses: [b], ports: [{ port: 80 }] }], []],
  ['a subset of nobody', [{ ports: [{ port: 80 }] }], ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
  ['no address', [{ addresses: [{ ip: 'x' }] }], ['subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['a special address', [{ notReadyAddresses: [{ ip: '0.0.0.0' }] }], ['subsets[0].notReadyAddresses[0].ip: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)']],
  ['ports without names', [{ addresses: [a], ports: [{ port: 80 }, { port: 81 }] }], ['subsets[0].ports[0].name: Required value', 'subsets[0].ports[1].name: Required value']],
  ['a port that is none', [{ addresses: [a], ports: [{ port: 0 }] }], ['subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive']],
])('%s', (_, subsets, expected) => {
  expect(texts(endpointsStrategy.validate(endpoints(...subsets)))).toEqual(expected);
});

it('warns that there are slices for this', () => {
  expect(endpointsStrategy.warnings!(endpoints(), undefined)).toEqual(['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']);
});

test.each<[coreV1.EndpointSubset[], string]>([
  [[], '<none>'],
  [[{ notReadyAddresses: [a] }], ''],
  [[{ addresses: [a, b] }], '10.0.0.1,10.0.0.2'],
  [[{ addresses: [a, b], ports: [{ name: 'x', port: 80 }, { name: 'y', port: 81 }] }], '10.0.0.1:80,10.0.0.2:80,10.0.0.1:81 + 1 more...'],
])('a table shows %j as %j', (subsets, expected) => {
  expect(endpointsColumns[1]!.cell(endpoints(...subsets), 0)).toBe(expected);
});

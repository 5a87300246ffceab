import type { discoveryV1 } from '@gantry/api-types';
import { describe, expect, it, test } from 'vitest';
import { context, texts } from '../../fixtures.suite.js';
import { endpointSliceColumns } from './columns.js';
import { defaultEndpointSlice } from './defaults.js';
import type { DefaultedEndpointSlice } from './defaults.js';
import { endpointSliceStrategy } from './strategy.js';

function slice(fields: Partial<discoveryV1.EndpointSlice> = {}): DefaultedEndpointSlice {
  const object = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'e', namespace: 'ns', uid: 'u', resourceVersion: '1', generation: 1 }, addressType: 'IPv4', ...structuredClone(fields) } as DefaultedEndpointSlice;
  defaultEndpointSlice(object);
  return object;
}

const one = (endpoint: Partial<discoveryV1.Endpoint>, addressType = 'IPv4'): Partial<discoveryV1.EndpointSlice> => ({ addressType, endpoints: [{ addresses: ['10.0.0.1'], ...endpoint }] });

test.each<[string, Partial<discoveryV1.EndpointSlice>, string[]]>([
  ['nothing in it', {}, []],
  ['an endpoint with all', one({ conditions: { ready: true }, hostname: 'h', nodeName: 'n', zone: 'z', hints: { forZones: [{ name: 'z' }], forNodes: [{ name: 'n' }] } }), []],
  ['no type of address', { addressType: '' }, ['addressType: Required value']],
  ['no type of address that it has', one({}, ''), ['addressType: Required value']],
  ['an unknown type of address', { addressType: 'Odd' }, ['addressType: Unsupported value: "Odd": supported values: "FQDN", "IPv4", "IPv6"']],
  ['no address', one({ addresses: [] }), ['endpoints[0].addresses: Required value: must contain at least 1 address']],
  ['too many addresses', one({ addresses: Array.from({ length: 101 }, (_, i) => `10.0.0.${String(i)}`) }), ['endpoints[0].addresses: Too many: 101: must have at most 100 items']],
  ['too many endpoints', { endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) }, ['endpoints: Too many: 1001: must have at most 1000 items']],
  ['an address of another type', one({ addresses: ['fd00::1'] }), ['endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address']],
  ['a special address', one({ addresses: ['169.254.0.1'] }), ['endpoints[0].addresses[0]: Invalid value: "169.254.0.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)']],
  ['a special address of the other family', one({ addresses: ['0::1'] }, 'IPv6'), ['endpoints[0].addresses[0]: Invalid value: "0::1": must be in canonical form ("::1")', 'endpoints[0].addresses[0]: Invalid value: "0::1": may not be in the loopback range (127.0.0.0/8, ::1/128)']],
  ['a domain of one part', one({ addresses: ['local'] }, 'FQDN'), ['endpoints[0].addresses[0]: Invalid value: "local": should be a domain with at least two segments separated by dots']],
  ['a zone twice', one({ hints: { forZones: [{ name: 'z' }, { name: 'z' }] } }), ['endpoints[0].hints.forZones[1].name: Duplicate value: "z"']],
  ['two ports without names', { ports: [{ port: 80 }, { port: 81 }] }, ['ports[1].name: Duplicate value: ""']],
  ['a protocol that is none', { ports: [{ port: 80, protocol: 'HTTP' }] }, ['ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"']],
])('a slice with %s', (_, fields, expected) => {
  expect(texts(endpointSliceStrategy.validate(slice(fields)))).toEqual(expected);
});

describe('an update', () => {
  const update = (before: Partial<discoveryV1.EndpointSlice>, after: Partial<discoveryV1.EndpointSlice>, labels?: Record<string, string>): { errors: string[]; generation: number | undefined } => {
    const [object, old] = [slice(after), slice(before)];
    if (labels !== undefined) object.metadata.labels = labels;
    endpointSliceStrategy.prepareForUpdate(object, old, context);
    return { errors: texts(endpointSliceStrategy.validateUpdate(object, old)), generation: object.metadata.generation };
  };

  it('keeps the type of the addresses', () => {
    expect(update(one({}), { addressType: 'FQDN' }).errors).toEqual(['addressType: Invalid value: "FQDN": field is immutable']);
  });

  it('advances the generation with what the slice says and with its labels', () => {
    expect(update(one({}), one({})).generation).toBe(1);
    expect(update(one({}), one({ conditions: { ready: false } })).generation).toBe(2);
    expect(update(one({}), one({}), { a: 'b' }).generation).toBe(2);
  });

  it('does not judge endpoints that stay as they were', () => {
    expect(update(one({ addresses: ['127.0.0.1'] }), one({ addresses: ['127.0.0.1'] })).errors).toEqual([]);
  });
});

test.each<[Partial<discoveryV1.EndpointSlice>, string[]]>([
  [{}, ['IPv4', '<unset>', '<unset>']],
  [{ ports: [{ port: 80 }, { name: 'all' }], endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }] }, ['IPv4', '80,*', '10.0.0.1,10.0.0.2']],
  [{ endpoints: [1, 2, 3, 4, 5].map((i) => ({ addresses: [`10.0.0.${String(i)}`] })) }, ['IPv4', '<unset>', '10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...']],
])('a table shows %j', (fields, expected) => {
  expect(endpointSliceColumns.slice(1, 4).map(({ cell }) => cell(slice(fields), 0))).toEqual(expected);
});

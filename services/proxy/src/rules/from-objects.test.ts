import type { coreV1 } from '@gantry/api-types';
import { describe, expect, test } from 'vitest';
import { readyEndpoint, service, slice } from '../testing/objects.suite.js';
import { healthCheckPortOf, servicePortsOf } from './from-objects.js';

const portsOf = (spec: coreV1.ServiceSpec, more: Partial<coreV1.Service> = {}) => servicePortsOf(service('web', { clusterIP: '10.96.0.1', ...spec }, more), [], 'node-1');

describe('what is not served', () => {
  test.each<[string, coreV1.ServiceSpec, Partial<coreV1.Service>?]>([
    ['a headless Service', { clusterIP: 'None' }],
    ['one without an address yet', { clusterIP: '' }],
    ['an external name', { type: 'ExternalName', externalName: 'example.org' }],
    ['one of another proxy', {}, { metadata: { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } } }],
    ['one of IPv6 alone', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] }],
  ])('%s', (_name, spec, more) => {
    expect(portsOf(spec, more)).toEqual([]);
  });
});

describe('a Service as the rules see it', () => {
  test('the IPv4 address of one that has both', () => {
    expect(portsOf({ clusterIP: 'fd00::1', clusterIPs: ['fd00::1', '10.96.0.9'] })).toMatchObject([{ clusterIP: '10.96.0.9' }]);
  });

  test('a port has its name or else its number, and its own protocol', () => {
    const ports = [{ name: 'dns', port: 53, protocol: 'UDP' as const, nodePort: 0 }, { port: 53 }, { name: 's', port: 9, protocol: 'SCTP' as const, nodePort: 30_001 }];
    expect(portsOf({ ports })).toMatchObject([{ name: 'dns', protocol: 'udp', nodePort: undefined }, { name: '53', protocol: 'tcp' }, { name: 's', protocol: 'sctp', nodePort: 30_001 }]);
  });

  test('affinity has the time that is asked for, three hours where none is', () => {
    expect(portsOf({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 7 } } })).toMatchObject([{ affinitySeconds: 7 }]);
    expect(portsOf({ sessionAffinity: 'ClientIP' })).toMatchObject([{ affinitySeconds: 10_800 }]);
    expect(portsOf({ sessionAffinity: 'None' })).toMatchObject([{ affinitySeconds: undefined }]);
  });

  test('external policy Local counts for what can be reached from outside', () => {
    expect(portsOf({ externalTrafficPolicy: 'Local' })).toMatchObject([{ externalLocal: false }]);
    expect(portsOf({ externalTrafficPolicy: 'Local', externalIPs: ['203.0.113.1', 'fd00::1'] })).toMatchObject([{ externalLocal: true, externalIPs: ['203.0.113.1'] }]);
    expect(portsOf({ externalTrafficPolicy: 'Local', type: 'NodePort' })).toMatchObject([{ externalLocal: true }]);
  });

  test('only load balancers that pass packets on have addresses here', () => {
    const ingress = [{ ip: '203.0.113.1' }, { ip: '203.0.113.2', ipMode: 'Proxy' as const }, { ip: '203.0.113.3', ipMode: 'VIP' as const }, { hostname: 'lb.example.org' }];
    expect(portsOf({ type: 'LoadBalancer' }, { status: { loadBalancer: { ingress } } })).toMatchObject([{ loadBalancerIPs: ['203.0.113.1', '203.0.113.3'] }]);
  });

  test('source ranges lose their blanks, and those that are none', () => {
    expect(portsOf({ loadBalancerSourceRanges: [' 10.0.0.0/8 ', 'fd00::/8', '10.0.0.1'] })).toMatchObject([{ sourceRanges: ['10.0.0.0/8'] }]);
  });
});

describe('its endpoints', () => {
  const both = service('web', { clusterIP: '10.96.0.1', ports: [{ name: 'a', port: 80, protocol: 'TCP' }, { name: 'b', port: 81, protocol: 'UDP' }] });
  const endpointsOf = (...slices: ReturnType<typeof slice>[]) => servicePortsOf(both, slices, 'node-1').map(({ endpoints }) => endpoints.map(({ address, port, local }) => `${address}:${port}${local ? ' here' : ''}`));

  test('are those of the port of its name and protocol, in one order whatever the slices', () => {
    const first = slice('web', ['10.244.2.2', '10.244.1.2'], [{ name: 'a', port: 8080, protocol: 'TCP' }, { name: 'b', port: 8081, protocol: 'TCP' }]);
    const second = slice('web', ['10.244.1.3'], [{ name: 'a', port: 9090, protocol: 'TCP' }]);
    const expected = [['10.244.1.2:8080 here', '10.244.1.3:9090 here', '10.244.2.2:8080'], []];
    expect(endpointsOf(first, second)).toEqual(expected);
    expect(endpointsOf(second, first)).toEqual(expected);
  });

  test('count once where two slices have them, as ready where one says so', () => {
    const ports = [{ name: 'a', port: 80, protocol: 'TCP' as const }];
    const ill = slice('web', [readyEndpoint('10.244.1.2', { conditions: { ready: false } })], ports);
    const [port] = servicePortsOf(both, [ill, slice('web', ['10.244.1.2'], ports), ill], 'node-1');
    expect(port?.endpoints).toMatchObject([{ address: '10.244.1.2', ready: true }]);
  });

  test('are ready and serving where nothing is said, and have an address and a port', () => {
    const bare = slice('web', [{ addresses: ['10.244.1.2'] }, { addresses: [] }, { addresses: ['fd00::2'] }], [{ name: 'a', port: 80, protocol: 'TCP' }]);
    const [port] = servicePortsOf(both, [bare, slice('web', ['10.244.1.9'], [{ name: 'a', protocol: 'TCP' }]), { ...bare, addressType: 'IPv6' }], 'node-1');
    expect(port?.endpoints).toMatchObject([{ address: '10.244.1.2', ready: true, serving: true, terminating: false, local: false }]);
  });
});

test('only a load balancer with policy Local has a health check', () => {
  const spec = { type: 'LoadBalancer' as const, externalTrafficPolicy: 'Local' as const, healthCheckNodePort: 31_000 };
  expect(healthCheckPortOf(service('web', spec))).toBe(31_000);
  expect(healthCheckPortOf(service('web', { ...spec, externalTrafficPolicy: 'Cluster' }))).toBeUndefined();
  expect(healthCheckPortOf(service('web', { ...spec, type: 'NodePort' }))).toBeUndefined();
});

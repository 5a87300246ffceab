import type { coreV1 } from '@gantry/api-types';
import { describe, expect, test } from 'vitest';
import { NODE, service, slice } from '../testing/objects.suite.js';
import { servicePortsOf } from './from-objects.js';
import { joinFragments } from './ruleset.js';
import type { Fragment } from './ruleset.js';
import { serviceRules } from './service-rules.js';

const fragmentOf = (spec: coreV1.ServiceSpec, endpoints: readonly string[], status?: coreV1.ServiceStatus): Fragment =>
  serviceRules(servicePortsOf(service('web', { clusterIP: '10.96.0.1', ...spec }, { status }), [slice('web', endpoints)], NODE.name), NODE);
const chains = ({ chains: all }: Fragment) => Object.fromEntries(all);
const elements = ({ elements: all }: Fragment) => all.filter(({ container }) => container !== 'self-pairs').map(({ container, key, verdict }) => `${container} { ${key}${verdict === undefined ? '' : ` : ${verdict}`} }`);

const HERE = '10.244.1.2';
const THERE = '10.244.2.2';
const NODE_PORT: coreV1.ServiceSpec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] };

describe('the rules of a Service', () => {
  test('one endpoint is one rule', () => {
    const fragment = fragmentOf({}, [HERE]);
    expect(chains(fragment)).toEqual({ 'cluster/default/web/tcp/80': ['meta l4proto tcp dnat to 10.244.1.2:8080'] });
    expect(elements(fragment)).toEqual(['service-ips { 10.96.0.1 . tcp . 80 : goto cluster/default/web/tcp/80 }']);
    expect(fragment.elements).toContainEqual({ container: 'self-pairs', key: '10.244.1.2 . 10.244.1.2', verdict: undefined });
  });

  test('and so are many', () => {
    expect(chains(fragmentOf({}, [HERE, THERE]))).toEqual({
      'cluster/default/web/tcp/80': ['meta l4proto tcp dnat ip addr . port to numgen random mod 2 map { 0 : 10.244.1.2 . 8080, 1 : 10.244.2.2 . 8080 }'],
    });
  });

  test('without endpoints it is refused at every address', () => {
    const fragment = fragmentOf({ ...NODE_PORT, externalIPs: ['203.0.113.1'] }, []);
    expect(chains(fragment)).toEqual({});
    expect(elements(fragment)).toEqual([
      'no-endpoint-services { 10.96.0.1 . tcp . 80 : goto reject-now }',
      'no-endpoint-services { 203.0.113.1 . tcp . 80 : goto reject-now }',
      'no-endpoint-nodeports { tcp . 30080 : goto reject-now }',
    ]);
  });

  test('what comes for a node port is masqueraded', () => {
    const fragment = fragmentOf(NODE_PORT, [HERE]);
    expect(chains(fragment)['external/default/web/tcp/80']).toEqual(['jump mark-for-masquerade', 'goto cluster/default/web/tcp/80']);
    expect(elements(fragment)).toContain('service-nodeports { tcp . 30080 : goto external/default/web/tcp/80 }');
  });

  test('with policy Local only that of the node itself, and pods of the node are served by all', () => {
    const fragment = fragmentOf({ ...NODE_PORT, externalTrafficPolicy: 'Local' }, [HERE, THERE]);
    expect(chains(fragment)['external/default/web/tcp/80']).toEqual([
      'ip saddr 10.244.1.0/24 goto cluster/default/web/tcp/80',
      'fib saddr type local jump mark-for-masquerade',
      'fib saddr type local goto cluster/default/web/tcp/80',
      'goto local/default/web/tcp/80',
    ]);
    expect(chains(fragment)['local/default/web/tcp/80']).toEqual(['meta l4proto tcp dnat to 10.244.1.2:8080']);
  });

  test('with policy Local and no endpoint here the rest is dropped', () => {
    const fragment = fragmentOf({ ...NODE_PORT, externalTrafficPolicy: 'Local' }, [THERE]);
    expect(elements(fragment)).toContain('no-endpoint-nodeports { tcp . 30080 : drop }');
    expect(elements(fragment)).toContain('service-nodeports { tcp . 30080 : goto external/default/web/tcp/80 }');
    expect(chains(fragment)['external/default/web/tcp/80']).not.toContain('goto local/default/web/tcp/80');
  });

  test('internal policy Local', () => {
    expect(elements(fragmentOf({ internalTrafficPolicy: 'Local' }, [HERE]))).toEqual(['service-ips { 10.96.0.1 . tcp . 80 : goto local/default/web/tcp/80 }']);
    expect(elements(fragmentOf({ internalTrafficPolicy: 'Local' }, [THERE]))).toEqual(['no-endpoint-services { 10.96.0.1 . tcp . 80 : drop }']);
  });

  test('affinity has a set and a chain an endpoint', () => {
    const fragment = fragmentOf({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }, [HERE]);
    expect(chains(fragment)).toEqual({
      'cluster/default/web/tcp/80': ['ip saddr @affinity/default/web/tcp/80/10.244.1.2/8080 goto endpoint/default/web/tcp/80/10.244.1.2/8080', 'numgen random mod 1 vmap { 0 : goto endpoint/default/web/tcp/80/10.244.1.2/8080 }'],
      'endpoint/default/web/tcp/80/10.244.1.2/8080': ['update @affinity/default/web/tcp/80/10.244.1.2/8080 { ip saddr }', 'meta l4proto tcp dnat to 10.244.1.2:8080'],
    });
    expect(Object.fromEntries(fragment.sets)).toEqual({ 'affinity/default/web/tcp/80/10.244.1.2/8080': 'type ipv4_addr; flags dynamic,timeout; timeout 60s;' });
  });

  test('source ranges guard the addresses of the load balancer alone; one with the node in it lets its own requests pass', () => {
    const status = { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } };
    const fragment = fragmentOf({ ...NODE_PORT, type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] }, [HERE], status);
    expect(chains(fragment)['firewall/default/web/tcp/80']).toEqual(['ip saddr 192.0.2.0/24 return', 'ip saddr 203.0.113.5 return', 'drop']);
    expect(elements(fragment).filter((element) => element.startsWith('firewall'))).toEqual(['firewall-ips { 203.0.113.5 . tcp . 80 : goto firewall/default/web/tcp/80 }']);
  });

  test("the node's own Service addresses are left alone", () => {
    expect(elements(fragmentOf({ clusterIP: '10.96.0.10' }, [HERE]))).toEqual([]);
  });

  test('an address outside the Service range is guarded as one inside', () => {
    expect(elements(fragmentOf({ clusterIP: '10.97.0.1' }, [HERE]))).toContain('cluster-ips { 10.97.0.1 }');
  });
});

describe('rules of several Services', () => {
  test('an address that two want stays with the first, and the other is named', () => {
    const [first, second] = ['one', 'other'].map((name) => serviceRules(servicePortsOf(service(name, { clusterIP: `10.96.0.${name.length}`, externalIPs: ['203.0.113.1'] }), [slice(name, [HERE])], NODE.name), NODE)) as [Fragment, Fragment];
    const { elements: joined, conflicts } = joinFragments(new Map([['default/one', first], ['default/other', second]]));
    expect(joined.get('service-ips 203.0.113.1 . tcp . 80')?.verdict).toBe('goto external/default/one/tcp/80');
    expect(conflicts).toMatchObject([{ holder: 'default/one', refused: 'default/other' }]);
  });
});

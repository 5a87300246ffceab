import type { coreV1, metaV1 } from '@gantry/api-types';
import { describe, expect, it, test } from 'vitest';
import { context, service, texts } from '../../fixtures.suite.js';
import { serviceStatusStrategy, serviceStrategy } from './strategy.js';
import type { DefaultedService } from './types.js';

type Spec = Partial<coreV1.ServiceSpec>;

function created(spec: Spec, metadata: metaV1.ObjectMeta = {}): DefaultedService {
  const object = service(spec, metadata);
  serviceStrategy.prepareForCreate(object, context);
  return object;
}

/** A stored Service: what a create leaves, with what was allocated for it. */
function stored(spec: Spec): DefaultedService {
  const object = created(spec);
  if (object.spec.type !== 'ExternalName' && object.spec.clusterIP === undefined) Object.assign(object.spec, { clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5'] });
  return object;
}

function refusals(spec: Spec, metadata: metaV1.ObjectMeta = {}): string[] {
  return texts(serviceStrategy.validate(created(spec, metadata)));
}

function updateRefusals(before: Spec, change: Spec): string[] {
  const old = stored(before);
  const object = service({ ...old.spec, ...change });
  serviceStrategy.prepareForUpdate(object, old, context);
  return texts(serviceStrategy.validateUpdate(object, old));
}

const two = [{ name: 'a', port: 80 }, { name: 'b', port: 81 }];

test.each<[string, Spec, string[]]>([
  ['a cluster IP by choice', { clusterIP: '10.96.0.5' }, []],
  ['a headless one without ports', { clusterIP: 'None', ports: [] }, []],
  ['a name for another', { type: 'ExternalName', externalName: 'example.com.', ports: [] }, []],
  ['no ports', { ports: [] }, ['spec.ports: Required value']],
  ['an unknown type', { type: 'Odd' }, ['spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"']],
  ['a headless node port', { type: 'NodePort', clusterIP: 'None' }, ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services']],
  ['a headless load balancer', { type: 'LoadBalancer', clusterIP: 'None' }, ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for LoadBalancer services']],
  ['the kubelet behind a load balancer', { type: 'LoadBalancer', ports: [{ port: 10_250 }] }, ['spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet']],
  ['no name for another', { type: 'ExternalName' }, ['spec.externalName: Required value']],
  ['an address for a name', { type: 'ExternalName', externalName: 'a.b', clusterIP: '10.96.0.5' }, ['spec.clusterIPs: Forbidden: may not be set for ExternalName services']],
  ['no address', { clusterIP: 'x' }, ['spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['two that differ', { clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.6'] }, ['spec.clusterIPs: Invalid value: ["10.96.0.6"]: first value must match `clusterIP`']],
  ['only the list', { clusterIPs: ['10.96.0.6'] }, ['spec.clusterIPs: Invalid value: ["10.96.0.6"]: must be empty when `clusterIP` is not specified']],
  ['two of one family', { clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5', '10.96.0.6'] }, ['spec.clusterIPs: Invalid value: ["10.96.0.5","10.96.0.6"]: may specify no more than one IP for each IP family']],
  ['an address of the other family', { clusterIP: 'fd00::1' }, ['spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster']],
  ['an address that is not of the family asked for', { clusterIP: '10.96.0.5', ipFamilies: ['IPv6'] }, ['spec.clusterIPs[0]: Invalid value: "10.96.0.5": expected an IPv6 value as indicated by `ipFamilies[0]`']],
  ['two families for one', { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4', 'IPv6'] }, ["spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"]],
  ['an unknown policy', { ipFamilyPolicy: 'Odd' }, ['spec.ipFamilyPolicy: Unsupported value: "Odd": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"']],
  ['ports without names', { ports: [{ port: 80 }, { port: 81 }] }, ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value']],
  ['a name twice', { ports: [two[0]!, { name: 'a', port: 81 }] }, ['spec.ports[1].name: Duplicate value: "a"']],
  ['a port twice', { ports: [{ name: 'a', port: 80 }, { name: 'b', port: 80 }] }, ['spec.ports[1]: Duplicate value: {"port":80,"protocol":"TCP","targetPort":0}']],
  ['one port for two protocols', { ports: [{ name: 'a', port: 53 }, { name: 'b', port: 53, protocol: 'UDP' }] }, []],
  ['a node port twice', { type: 'NodePort', ports: [{ name: 'a', port: 80, nodePort: 30_001 }, { name: 'b', port: 81, nodePort: 30_001 }] }, ['spec.ports[1].nodePort: Duplicate value: 30001']],
  ['a node port inside', { ports: [{ port: 80, nodePort: 30_001 }] }, ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]],
  ['a port that is none', { ports: [{ port: 65_536 }] }, ['spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive', 'spec.ports[0].targetPort: Invalid value: 65536: must be between 1 and 65535, inclusive']],
  ['a protocol that is none', { ports: [{ port: 80, protocol: 'HTTP' }] }, ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"']],
  ['an affinity that is none', { sessionAffinity: 'Odd' }, ['spec.sessionAffinity: Unsupported value: "Odd": supported values: "ClientIP", "None"']],
  ['an affinity for too long', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } }, ['spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400']],
  ['a special external IP', { externalIPs: ['127.0.0.1'] }, ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)']],
  ['an external policy inside', { externalTrafficPolicy: 'Local' }, ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services']],
  ['an external policy that is none', { type: 'NodePort', externalTrafficPolicy: 'Odd' }, ['spec.externalTrafficPolicy: Unsupported value: "Odd": supported values: "Cluster", "Local"']],
  ['an internal policy that is none', { internalTrafficPolicy: 'Odd' }, ['spec.internalTrafficPolicy: Unsupported value: "Odd": supported values: "Cluster", "Local"']],
  ['a health check without its policy', { type: 'LoadBalancer', healthCheckNodePort: 30_001 }, ["spec.healthCheckNodePort: Invalid value: 30001: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"]],
  ['a distribution that is none', { trafficDistribution: 'Odd' }, ['spec.trafficDistribution: Unsupported value: "Odd": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"']],
  ['source ranges without a load balancer', { loadBalancerSourceRanges: ['10.0.0.0/8'] }, ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"]],
  ['a source range that is none', { type: 'LoadBalancer', loadBalancerSourceRanges: [' 10.0.0.0/8 ', '10.0.0.0'] }, ['spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['a class without a load balancer', { loadBalancerClass: 'a/b' }, ["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"]],
  ['node ports of a load balancer inside', { allocateLoadBalancerNodePorts: true }, ["spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"]],
])('%s', (_, spec, expected) => {
  expect(refusals(spec)).toEqual(expected);
});

test('a name is a label, which has no dots', () => {
  expect(refusals({}, { name: '1a' })).toEqual([]);
  expect(refusals({}, { name: '1a.b' })).toEqual(['metadata.name: Invalid value: "1a.b": must not contain dots']);
});

describe('an update', () => {
  test.each<[string, Spec, Spec, string[]]>([
    ['of nothing', {}, {}, []],
    ['to another address', {}, { clusterIP: '10.96.0.9' }, ['spec.clusterIPs[0]: Invalid value: ["10.96.0.9"]: may not change once set']],
    ['to headless', {}, { clusterIP: 'None' }, ['spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set']],
    ['from headless', { clusterIP: 'None', selector: { a: 'b' } }, { clusterIP: '10.96.0.9' }, ['spec.clusterIPs[0]: Invalid value: ["10.96.0.9"]: may not change once set']],
    ['to a name', {}, { type: 'ExternalName', externalName: 'example.com' }, []],
    ['to another family', {}, { ipFamilies: ['IPv6'] }, [
      'spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
      'spec.clusterIPs[0]: Invalid value: "10.96.0.5": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ]],
    ['to two families', {}, { ipFamilyPolicy: 'RequireDualStack' }, ['spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services']],
    ['of the class of a load balancer', { type: 'LoadBalancer', loadBalancerClass: 'a/b' }, { loadBalancerClass: 'a/c' }, ['spec.loadBalancerClass: Invalid value: "a/c": may not change once set']],
    ['of the health check', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30_001 }, { healthCheckNodePort: 30_002 }, ['spec.healthCheckNodePort: Forbidden: field is immutable']],
    ['to a type that needs no node port, with another one', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] }, { type: 'ClusterIP', ports: [{ port: 80, nodePort: 30_002 }] }, ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]],
  ])('%s', (_, before, change, expected) => {
    expect(updateRefusals(before, change)).toEqual(expected);
  });
});

describe('an update of the status', () => {
  const update = (spec: Spec, ingress: coreV1.LoadBalancerIngress[]): string[] => {
    const old = stored(spec);
    const object = { ...structuredClone(old), status: { loadBalancer: { ingress } } };
    serviceStatusStrategy.prepareForUpdate(object, old, context);
    return texts(serviceStatusStrategy.validateUpdate(object, old));
  };

  it('takes what a load balancer says', () => {
    expect(update({ type: 'LoadBalancer' }, [{ ip: '203.0.113.1', ipMode: 'VIP' }, { hostname: 'a.example.com' }])).toEqual([]);
  });

  it.each<[string, Spec, coreV1.LoadBalancerIngress, string[]]>([
    ['no load balancer', {}, { ip: '203.0.113.1' }, ['status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is \'LoadBalancer\'']],
    ['no address', { type: 'LoadBalancer' }, { ip: 'x' }, ['status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    ['an address as a name', { type: 'LoadBalancer' }, { hostname: '203.0.113.1' }, ['status.loadBalancer.ingress[0].hostname: Invalid value: "203.0.113.1": must be a DNS name, not an IP address']],
    ['a mode without an address', { type: 'LoadBalancer' }, { hostname: 'a.b', ipMode: 'VIP' }, ['status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set']],
  ])('refuses %s', (_, spec, ingress, expected) => {
    expect(update(spec, [ingress])).toEqual(expected);
  });
});

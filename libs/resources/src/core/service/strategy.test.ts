import type { coreV1 } from '@gantry/api-types';
import { describe, expect, it, test } from 'vitest';
import { context, service } from '../../fixtures.suite.js';
import { serviceColumns } from './columns.js';
import { serviceStatusStrategy, serviceStrategy } from './strategy.js';
import { serviceWarnings } from './warnings.js';

type Spec = Partial<coreV1.ServiceSpec>;

function updated(before: Spec, wish: Spec): coreV1.ServiceSpec {
  const object = service(wish);
  serviceStrategy.prepareForUpdate(object, service(before), context);
  return object.spec;
}

const address = { clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };

describe('defaults', () => {
  test.each<[string, Spec, Spec]>([
    ['a type, an affinity, a policy and ports', {}, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] }],
    ['how long an affinity lasts', { sessionAffinity: 'ClientIP' }, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }],
    ['how traffic comes from outside', { type: 'NodePort' }, { externalTrafficPolicy: 'Cluster' }],
    ['how traffic comes from outside to external IPs', { externalIPs: ['192.0.2.1'] }, { externalTrafficPolicy: 'Cluster' }],
    ['the node ports of a load balancer', { type: 'LoadBalancer' }, { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster' }],
    ['and leave a named target alone', { ports: [{ port: 80, targetPort: 'web', protocol: 'UDP' }] }, { ports: [{ port: 80, targetPort: 'web', protocol: 'UDP' }] }],
  ])('fill %s', (_, spec, expected) => {
    expect(service(spec).spec).toMatchObject(expected);
  });

  it('give a name for another no policies', () => {
    expect(service({ type: 'ExternalName', externalName: 'a.b', ports: undefined! }).spec).toEqual({ type: 'ExternalName', externalName: 'a.b', sessionAffinity: 'None', ports: undefined });
  });
});

it('says nothing where a client wrote down that there is nothing', () => {
  const { spec } = service({ clusterIP: '', clusterIPs: [], externalName: '', healthCheckNodePort: 0, loadBalancerIP: '', externalIPs: [], ports: [{ name: '', port: 80, nodePort: 0 }] });
  expect(spec).toEqual(service().spec);
});

describe('an update', () => {
  it('keeps the address that the client left out', () => {
    expect(updated(address, { ports: [{ port: 81 }] })).toMatchObject(address);
  });

  it('keeps node ports by the name of their port, and none that another port took', () => {
    const before: Spec = { ...address, type: 'NodePort', ports: [{ name: 'a', port: 80, nodePort: 30_001 }, { name: 'b', port: 81, nodePort: 30_002 }] };
    expect(updated(before, { type: 'NodePort', ports: [{ name: 'b', port: 90 }, { name: 'c', port: 91 }] }).ports).toMatchObject([{ nodePort: 30_002 }, { name: 'c' }]);
    const swapped = updated(before, { type: 'NodePort', ports: [{ name: 'a', port: 80, nodePort: 30_002 }, { name: 'b', port: 81 }] }).ports!;
    expect(swapped.map(({ nodePort }) => nodePort)).toEqual([30_002, undefined]);
  });

  it('to a name for another drops the address, and to a ClusterIP the node ports', () => {
    const named = updated({ ...address, type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] }, { ...address, type: 'ExternalName', externalName: 'a.b', ports: [{ port: 80, nodePort: 30_001 }], externalTrafficPolicy: 'Cluster' });
    expect(named).toEqual({ type: 'ExternalName', externalName: 'a.b', sessionAffinity: 'None', ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] });
    const inside = updated({ ...address, type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] }, { ...address, type: 'ClusterIP', ports: [{ port: 80, nodePort: 30_001 }], externalTrafficPolicy: 'Cluster' });
    expect([inside.clusterIP, inside.ports![0]!.nodePort, inside.externalTrafficPolicy]).toEqual(['10.96.0.5', undefined, undefined]);
  });

  it('that is no longer a load balancer drops what only those have', () => {
    const before: Spec = { ...address, type: 'LoadBalancer', loadBalancerClass: 'a/b', externalTrafficPolicy: 'Local', healthCheckNodePort: 30_009 };
    const after = updated(before, { ...before, type: 'ClusterIP', allocateLoadBalancerNodePorts: true });
    expect([after.loadBalancerClass, after.allocateLoadBalancerNodePorts, after.healthCheckNodePort, after.externalTrafficPolicy]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('keeps the status, and one of the status the spec', () => {
    const old = { ...service(), status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
    const object = service({ ports: [{ port: 81 }] });
    serviceStrategy.prepareForUpdate(object, old, context);
    expect(object.status).toEqual(old.status);
    serviceStatusStrategy.prepareForUpdate(object, old, context);
    expect(object.spec).toEqual(old.spec);
  });
});

describe('warnings', () => {
  test.each<[Spec, string[]]>([
    [{}, []],
    [{ clusterIP: 'None', clusterIPs: ['None'], sessionAffinity: 'ClientIP', externalIPs: ['192.0.2.1'], loadBalancerIP: '192.0.2.1' }, ['spec.loadBalancerIP is ignored for headless services', 'spec.externalIPs is ignored for headless services', 'spec.SessionAffinity is ignored for headless services']],
    [{ type: 'ExternalName', externalIPs: ['192.0.2.1'] }, ['spec.externalIPs is ignored when spec.type is "ExternalName"']],
  ])('of %j', (spec, expected) => {
    expect(serviceWarnings(service(spec))).toEqual(expected);
  });
});

test.each<[Spec, coreV1.ServiceStatus, (string | number | boolean | null)[]]>([
  [{ ...address, selector: { b: '2', a: '1' } }, {}, ['ClusterIP', '10.96.0.5', '<none>', '80/TCP', 'a=1,b=2']],
  [{ clusterIP: 'None', clusterIPs: ['None'], ports: [] }, {}, ['ClusterIP', 'None', '<none>', '<none>', '<none>']],
  [{ ...address, type: 'NodePort', externalIPs: ['192.0.2.1', '192.0.2.2'], ports: [{ port: 80, nodePort: 30_001 }, { port: 53, protocol: 'UDP', nodePort: 30_002 }] }, {}, ['NodePort', '10.96.0.5', '192.0.2.1,192.0.2.2', '80:30001/TCP,53:30002/UDP', '<none>']],
  [{ ...address, type: 'LoadBalancer' }, {}, ['LoadBalancer', '10.96.0.5', '<pending>', '80/TCP', '<none>']],
  [{ ...address, type: 'LoadBalancer', externalIPs: ['192.0.2.9'] }, { loadBalancer: { ingress: [{ hostname: 'b.example.com' }, { ip: '192.0.2.1' }] } }, ['LoadBalancer', '10.96.0.5', '192.0.2.1,b.example.com,192.0.2.9', '80/TCP', '<none>']],
  [{ type: 'ExternalName', externalName: 'example.com', ports: [] }, {}, ['ExternalName', '<none>', 'example.com', '<none>', '<none>']],
])('a table shows %j', (spec, status, expected) => {
  const object = { ...service(spec), status };
  const cells = serviceColumns.filter(({ name }) => name !== 'Name' && name !== 'Age').map(({ cell }) => cell(object, 0));
  expect(cells).toEqual(expected);
});

import type { coreV1, discoveryV1 } from '@gantry/api-types';
import type { NodeFacts } from '../rules/service-port.js';

/** The node of the lab. */
export const NODE: NodeFacts = {
  name: 'node-1',
  zone: undefined,
  addresses: ['192.0.2.1'],
  clusterCidr: '10.244.0.0/16',
  podCidr: '10.244.1.0/24',
  serviceCidr: '10.96.0.0/16',
  ownServiceAddresses: ['10.96.0.10'],
};

export function service(name: string, spec: coreV1.ServiceSpec, more: Partial<coreV1.Service> = {}): coreV1.Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'default', name, ...more.metadata }, spec: { type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }], ...spec }, status: more.status };
}

/** A slice of a Service; an endpoint given as an address is ready and on `node-1` where it begins with `10.244.1.`, else on `node-2`. */
export function slice(name: string, endpoints: readonly (string | discoveryV1.Endpoint)[], ports: discoveryV1.EndpointPort[] = [{ name: '', port: 8080, protocol: 'TCP' }]): discoveryV1.EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports,
    endpoints: endpoints.map((endpoint) => (typeof endpoint === 'string' ? readyEndpoint(endpoint) : endpoint)),
  };
}

export function readyEndpoint(address: string, more: Partial<discoveryV1.Endpoint> = {}): discoveryV1.Endpoint {
  return { addresses: [address], nodeName: address.startsWith('10.244.1.') ? 'node-1' : 'node-2', conditions: { ready: true, serving: true, terminating: false }, ...more };
}

/** One that ends but still answers. */
export function endingEndpoint(address: string): discoveryV1.Endpoint {
  return readyEndpoint(address, { conditions: { ready: false, serving: true, terminating: true } });
}

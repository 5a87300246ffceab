import type { coreV1, discoveryV1 } from '@gantry/api-types';

export function namespace(name: string): coreV1.Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export function service(name: string, spec: coreV1.ServiceSpec, inNamespace = 'default'): coreV1.Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: inNamespace }, spec };
}

export interface SliceOptions {
  readonly suffix?: string;
  readonly namespace?: string;
  readonly addressType?: 'IPv4' | 'IPv6';
  readonly ports?: readonly discoveryV1.EndpointPort[];
}

/** The slice `<service>-<suffix>`. */
export function slice(ofService: string, endpoints: readonly discoveryV1.Endpoint[], options: SliceOptions = {}): discoveryV1.EndpointSlice {
  const { suffix = 'a', namespace: inNamespace = 'default', addressType = 'IPv4', ports = [] } = options;
  const metadata = { name: `${ofService}-${suffix}`, namespace: inNamespace, labels: { 'kubernetes.io/service-name': ofService } };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, endpoints: [...endpoints], ports: [...ports] };
}

/** A small cluster with one Service of each sort. */
export const CLUSTER = [
  namespace('default'),
  namespace('other'),
  service('kubernetes', { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ports: [{ name: 'https', port: 443 }] }),
  service('web', { clusterIP: '10.96.0.20', clusterIPs: ['10.96.0.20', 'fd00::20'], ports: [{ name: 'http', port: 80 }, { name: 'dns', port: 53, protocol: 'UDP' }, { name: '', port: 9 }] }),
  slice('web', [{ addresses: ['10.244.1.9'] }], { ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }),
  service('db', { clusterIP: 'None', clusterIPs: ['None'], ports: [{ name: 'sql', port: 5432 }] }, 'other'),
  slice(
    'db',
    [
      { addresses: ['10.244.1.7'], hostname: 'db-0', conditions: { ready: true } },
      { addresses: ['10.244.2.7'], hostname: 'db-1', conditions: { ready: true } },
      { addresses: ['10.244.2.8'], conditions: {} },
      { addresses: ['10.244.2.9'], hostname: 'db-3', conditions: { ready: false } },
    ],
    { namespace: 'other', ports: [{ name: 'sql', port: 5433, protocol: 'TCP' }] },
  ),
  service('early', { clusterIP: 'None', publishNotReadyAddresses: true, ports: [] }),
  slice('early', [{ addresses: ['10.244.1.8'], conditions: { ready: false } }]),
  service('empty', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] }),
  service('idle', { clusterIP: '10.96.0.21', clusterIPs: ['10.96.0.21'], ports: [{ port: 80 }] }),
  service('inside', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
  service('outside', { type: 'ExternalName', externalName: 'www.example.test' }),
  service('digits', { type: 'ExternalName', externalName: '192.0.2.1' }),
  service('round', { type: 'ExternalName', externalName: 'round.default.svc.cluster.local' }),
];

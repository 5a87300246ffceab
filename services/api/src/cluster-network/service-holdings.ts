import type { coreV1 } from '@gantry/api-types';
import type { ResourceObject } from '@gantry/resources';

export type Service = ResourceObject & { spec: coreV1.ServiceSpec };

/** What Services hold that each can have but one holder: addresses, and ports of all nodes as texts. */
export interface Holdings {
  readonly addresses: ReadonlySet<string>;
  readonly ports: ReadonlySet<string>;
}

/** What a Service holds, or would, by what it says. */
export function heldBy(service: Service | undefined): Holdings {
  if (service === undefined || service.spec.type === 'ExternalName') return { addresses: new Set(), ports: new Set() };
  const { spec } = service;
  const ports = [...(spec.ports ?? []).map(({ nodePort = 0 }) => nodePort), spec.healthCheckNodePort ?? 0];
  return {
    addresses: new Set((spec.clusterIPs ?? []).filter((ip) => ip !== 'None')),
    ports: new Set(ports.filter((port) => port !== 0).map(String)),
  };
}

/** Whether the Service is to be given an address. */
export function wantsAddress({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && (spec.clusterIPs ?? []).length === 0;
}

import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { ENDPOINTSLICES, NAMESPACES, SERVICES } from '@gantry/client';
import { keyFor, waitForAllSynced, type Informers } from '@gantry/informer';

/** What answers are made of; every look-up is one in an index. */
export interface Catalog {
  readonly synced: boolean;
  /** Grows with every change. */
  readonly serial: number;
  hasNamespace(name: string): boolean;
  service(namespace: string, name: string): coreV1.Service | undefined;
  slices(namespace: string, service: string): readonly discoveryV1.EndpointSlice[];
  servicesAt(clusterIP: string): readonly coreV1.Service[];
  slicesWith(address: string): readonly discoveryV1.EndpointSlice[];
}

/** Which Service a slice belongs to. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** An informer is shared, and so are the names of its indexes. */
const BY_SERVICE = 'dns/service';
const BY_CLUSTER_IP = 'dns/cluster-ip';
const BY_ADDRESS = 'dns/address';

export function openCatalog(informers: Informers): Catalog {
  const services = informers.informer(SERVICES, { [BY_CLUSTER_IP]: clusterIPsOf });
  const slices = informers.informer(ENDPOINTSLICES, { [BY_SERVICE]: serviceKeyOf, [BY_ADDRESS]: addressesOf });
  const namespaces = informers.informer(NAMESPACES);
  return {
    get synced() {
      return services.hasSynced && slices.hasSynced && namespaces.hasSynced;
    },
    get serial() {
      return Math.max(services.revision ?? 0, slices.revision ?? 0);
    },
    hasNamespace: (name) => namespaces.lister.get(name) !== undefined,
    service: (namespace, name) => services.lister.get(name, namespace),
    slices: (namespace, service) => slices.lister.byIndex(BY_SERVICE, keyFor(service, namespace)),
    servicesAt: (clusterIP) => services.lister.byIndex(BY_CLUSTER_IP, clusterIP),
    slicesWith: (address) => slices.lister.byIndex(BY_ADDRESS, address),
  };
}

/** Resolves when the catalog is filled. */
export async function catalogFilled(informers: Informers, signal: AbortSignal): Promise<void> {
  await waitForAllSynced([informers.informer(SERVICES), informers.informer(ENDPOINTSLICES), informers.informer(NAMESPACES)], signal);
}

/** The addresses of a Service of the cluster; none for headless ones. */
export function clusterIPsOf({ spec }: coreV1.Service): readonly string[] {
  const addresses = spec?.clusterIPs ?? (spec?.clusterIP === undefined ? [] : [spec.clusterIP]);
  return addresses.filter((address) => address !== '' && address !== 'None');
}

function serviceKeyOf({ metadata }: discoveryV1.EndpointSlice): readonly string[] {
  const service = metadata?.labels?.[SERVICE_NAME_LABEL];
  return service === undefined ? [] : [keyFor(service, metadata?.namespace)];
}

function addressesOf({ endpoints }: discoveryV1.EndpointSlice): readonly string[] {
  return (endpoints ?? []).flatMap(({ addresses }) => addresses);
}

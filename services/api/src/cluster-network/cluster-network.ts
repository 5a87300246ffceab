import type { Logger } from '@gantry/async';
import type { KindDescriptor } from '@gantry/resources';
import type { Storage } from '@gantry/storage';
import type { Claimer } from '../registry/claims.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import type { ServedResource } from '../registry/served-resource.js';
import { addressRange } from './address-range.js';
import type { AddressRange } from './address-range.js';
import { defaultClusterNetwork } from './options.js';
import type { ClusterNetworkOptions } from './options.js';
import { OwnEndpoints } from './own-endpoints.js';
import { resourceOf } from './own-objects.js';
import { addressPool, nodePortPool } from './pools.js';
import { serviceClaimer } from './service-claimer.js';
import { ensureSystemServices } from './system-services.js';

/** What the API does of the cluster's network: it gives Services their addresses and ports, and is a Service itself. */
export interface ClusterNetwork {
  readonly claimers: ReadonlyMap<KindDescriptor, Claimer>;
  /** Makes what every cluster has, and begins to be an endpoint. May be called again after it failed. */
  start(env: RegistryEnvironment): Promise<void>;
  /** Stops being an endpoint. */
  stop(): Promise<void>;
}

/** Throws a RangeError for a range of Services that cannot be one. */
export function createClusterNetwork(options: ClusterNetworkOptions & { readonly storage: Storage; readonly logger: Logger }, resources: readonly ServedResource[], now: () => number): ClusterNetwork {
  const { storage, logger, clusterDns, advertise, serviceCidr = defaultClusterNetwork.serviceCidr } = options;
  const range = addressRange(serviceCidr);
  let endpoints: OwnEndpoints | undefined;
  return {
    claimers: claimersOf(options, storage, range, resources, now),
    start: async (env) => {
      const ensureServices = (): Promise<void> => ensureSystemServices(env, resources, { range, clusterDns, targetPort: advertise?.port, logger });
      if (advertise === undefined) return ensureServices();
      endpoints ??= new OwnEndpoints({ env, resources, advertise, logger, ensureServices });
      await endpoints.start();
    },
    stop: async () => endpoints?.stop(),
  };
}

function claimersOf({ nodePorts: portRange = defaultClusterNetwork.nodePorts }: ClusterNetworkOptions, storage: Storage, range: AddressRange, resources: readonly ServedResource[], now: () => number): ReadonlyMap<KindDescriptor, Claimer> {
  const addresses = addressPool(storage, range, resourceOf(resources, 'networking.k8s.io', 'ipaddresses'), now);
  const claimer = serviceClaimer({ addresses, range, ports: nodePortPool(storage, portRange), portRange });
  return new Map([[resourceOf(resources, '', 'services').kind, claimer]]);
}

import type { Logger } from '@gantry/async';
import type { KindDescriptor } from '@gantry/resources';
import type { Storage } from '@gantry/storage';
import type { Claimer } from '../registry/claims.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { resourceNamed } from '../registry/object-reader.js';
import type { ServedResource } from '../registry/served-resource.js';
import { addressRange } from './address-range.js';
import type { AddressRange } from './address-range.js';
import { defaultClusterNetwork } from './options.js';
import type { ClusterNetworkOptions } from './options.js';
import { OwnEndpoints } from './own-endpoints.js';
import { addressPool, nodePortPool } from './pools.js';
import { Rounds } from './rounds.js';
import { serviceClaimer } from './service-claimer.js';
import { ensureSystemServices } from './system-services.js';

/** What the API does of the cluster's network: it gives Services their addresses and ports, and is a Service itself. */
export interface ClusterNetwork {
  readonly claimers: ReadonlyMap<KindDescriptor, Claimer>;
  /** Makes what every cluster has, begins to be an endpoint, and keeps all that. May be called again after it failed. */
  start(env: RegistryEnvironment): Promise<void>;
  /** Stops being an endpoint. */
  stop(): Promise<void>;
}

/** Throws a RangeError for a range of Services that cannot be one. */
export function createClusterNetwork(options: ClusterNetworkOptions & { readonly storage: Storage; readonly logger: Logger }, resources: readonly ServedResource[], now: () => number): ClusterNetwork {
  const { storage, logger, clusterDns, advertise, serviceCidr = defaultClusterNetwork.serviceCidr } = options;
  const range = addressRange(serviceCidr);
  let rounds: Rounds | undefined;
  return {
    claimers: claimersOf(options, storage, range, resources, now),
    start: (env) => {
      const endpoints = advertise && new OwnEndpoints({ env, resources, advertise });
      const round = async (): Promise<void> => {
        await ensureSystemServices(env, resources, { range, clusterDns, targetPort: advertise?.port, logger });
        await endpoints?.renew();
      };
      rounds ??= new Rounds({ round, leave: async () => endpoints?.leave(), logger });
      return rounds.start();
    },
    stop: async () => rounds?.stop(),
  };
}

function claimersOf({ nodePorts: portRange = defaultClusterNetwork.nodePorts }: ClusterNetworkOptions, storage: Storage, range: AddressRange, resources: readonly ServedResource[], now: () => number): ReadonlyMap<KindDescriptor, Claimer> {
  const addresses = addressPool(storage, range, resourceNamed(resources, 'networking.k8s.io', 'ipaddresses'), now);
  const claimer = serviceClaimer({ addresses, range, ports: nodePortPool(storage, portRange), portRange });
  return new Map([[resourceNamed(resources, '', 'services').kind, claimer]]);
}

import type { Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { createBusTransport, createClient, type Client } from '@gantry/client';
import { ApiModule, createRemoteStorage, type ApiOptions, type RunningApi } from '@gantry/api';
import type { KeyPair } from '@gantry/platform';
import { beside, createProcessMetrics, type Metrics } from '@gantry/platform/metrics';
import { RUNNING_PART, startService } from '@gantry/platform/nest';
import type { Controllers } from '@gantry/controllers';
import type { RunningScheduler } from '@gantry/scheduler';
import { createRegistry, kinds } from '@gantry/resources';
import { createStoreMetrics, StoreModule, type RunningStore, type StoreOptions } from '@gantry/store';
import type { ClusterCertificates } from './certificates/certificates.js';
import { measureLeaders } from './measures.js';
import { API_TUNNEL, type NetworkSettings } from './network/settings.js';
import type { Stack } from './stack.js';
import { onFreePort } from './state/port.js';

export interface ControlPlaneOptions {
  readonly bus: Bus;
  readonly postgres: StoreOptions['postgres'];
  readonly compaction: StoreOptions['compaction'];
  readonly port: number;
  /** The user named the port: no other one is taken in its place. */
  readonly portIsFixed: boolean;
  readonly certificates: ClusterCertificates;
  readonly encryptionKey: Uint8Array;
  readonly serviceAccounts: ApiOptions['serviceAccounts'];
  readonly network: NetworkSettings;
  readonly version: ApiOptions['serverVersion'];
  readonly logger: Logger;
  readonly stack: Stack;
}

export interface ControlPlane {
  readonly port: number;
  /** Of the whole process: the API shows them under `/metrics`. */
  readonly metrics: Metrics;
  readonly store: RunningStore;
}

/** Store and api start together: api waits for the store by itself. Resolves when the API serves. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { bus, logger, stack } = options;
  const storeLogger = logger.child({ component: 'store' });
  const metrics = createProcessMetrics();
  const starting = stack.starting('store', startService(StoreModule.register({ bus, postgres: options.postgres, compaction: options.compaction, logger: storeLogger, metrics: createStoreMetrics(metrics) }), storeLogger), (service) => service.close());
  const [store, port] = await Promise.all([starting, onFreePort(options.port, options.portIsFixed, (free) => startApi(options, metrics, free))]);
  return { port, metrics, store: store.get<RunningStore>(RUNNING_PART) };
}

async function startApi(options: ControlPlaneOptions, metrics: Metrics, port: number): Promise<number> {
  const logger = options.logger.child({ component: 'api' });
  const starting = startService(
    ApiModule.register({
      bus: options.bus,
      storage: createRemoteStorage(options.bus),
      listen: { host: '127.0.0.1', port },
      tls: { key: options.certificates.server.key, cert: options.certificates.server.certificate, clientCa: options.certificates.authority.certificate },
      encryptionKey: options.encryptionKey,
      serviceAccounts: options.serviceAccounts,
      kinds: createRegistry(kinds),
      serverVersion: options.version,
      publicAddress: `127.0.0.1:${port}`,
      ...networkOptions(options.network),
      logger,
      metrics: beside(metrics),
    }),
    logger,
  );
  const service = await options.stack.starting('api', starting, (started) => started.close());
  const api = service.get<RunningApi>(RUNNING_PART);
  await api.ready;
  return api.port;
}

function networkOptions({ serviceCidr, clusterDns, nodePorts }: NetworkSettings) {
  return { serviceCidr, clusterDns, nodePorts, advertise: API_TUNNEL };
}

/**
 * The loops that make the world follow what the API says, each over the bus with an identity of its own. Loaded only now: the
 * API serves meanwhile.
 */
export async function startLoops(options: { bus: Bus; logger: Logger; stack: Stack; network: NetworkSettings; authority: KeyPair; plane: ControlPlane }): Promise<void> {
  const { bus, stack, plane: { metrics, store } } = options;
  const [{ ControllersModule, createControllerMetrics, createObjectMetrics }, { SchedulerModule, createSchedulerMetrics }] = await Promise.all([import('@gantry/controllers'), import('@gantry/scheduler')]);
  const controllersLogger = options.logger.child({ component: 'controllers' });
  const schedulerLogger = options.logger.child({ component: 'scheduler' });
  const controllers = startService(
    ControllersModule.register({ client: componentClient(bus, 'controllers'), bus, logger: controllersLogger, rootCa: options.authority.certificate, authority: options.authority, nodeIpam: { clusterCidr: options.network.podCidr, serviceCidr: options.network.serviceCidr }, metrics: createControllerMetrics(metrics), objects: createObjectMetrics(metrics) }),
    controllersLogger,
  );
  const scheduler = startService(SchedulerModule.register({ client: componentClient(bus, 'scheduler'), bus, logger: schedulerLogger, metrics: createSchedulerMetrics(metrics, 'default-scheduler') }), schedulerLogger);
  const [controlling, scheduling] = await Promise.all([
    stack.starting('controllers', controllers, (service) => service.close()),
    stack.starting('scheduler', scheduler, (service) => service.close()),
  ]);
  measureLeaders(metrics, { store, controllers: controlling.get<Controllers>(RUNNING_PART), scheduler: scheduling.get<RunningScheduler>(RUNNING_PART) });
}

export function componentClient(bus: Bus, component: string): Client {
  return createClient(createBusTransport({ bus, subjectPrefix: `api.component.${component}` }));
}

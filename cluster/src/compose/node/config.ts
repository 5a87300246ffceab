import { readNatsSettings, type NatsBusOptions } from '@gantry/bus/nats';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';

export interface NodeConfig {
  readonly process: ProcessSettings;
  /** How NATS is reached; who asks is found out later. */
  readonly nats: Pick<NatsBusOptions, 'servers' | 'tls'>;
  /** Where the volume of all nodes on this engine is mounted. */
  readonly dataDirectory: string;
  readonly engineSocket: string;
}

/**
 * A node's settings: those of every process, those of NATS, `GANTRY_NODE_DATA_DIRECTORY` (/var/lib/kubelet) and `GANTRY_ENGINE_SOCKET`
 * (/var/run/docker.sock). Its name is no setting: it follows from the container.
 */
export function readNodeConfig(environment: Environment): NodeConfig {
  const { servers, tls } = readNatsSettings(environment, '');
  return {
    process: readProcessSettings(environment),
    nats: { servers, ...(tls === undefined ? {} : { tls }) },
    dataDirectory: environment.optional('GANTRY_NODE_DATA_DIRECTORY') ?? '/var/lib/kubelet',
    engineSocket: environment.optional('GANTRY_ENGINE_SOCKET') ?? '/var/run/docker.sock',
  };
}

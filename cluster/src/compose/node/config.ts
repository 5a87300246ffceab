import type { JoinOptions } from './join/join-cluster.js';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';

export interface NodeConfig {
  readonly process: ProcessSettings;
  readonly bus: Pick<JoinOptions, 'servers' | 'ca' | 'joinCredentials'>;
  /** Where the volume of all nodes on this engine is mounted. */
  readonly dataDirectory: string;
  readonly engineSocket: string;
}

/**
 * A node's settings: those of every process, `GANTRY_NATS_SERVERS`, `GANTRY_NATS_CA_FILE`, `GANTRY_JOIN_CREDENTIALS_FILE`,
 * `GANTRY_NODE_DATA_DIRECTORY` (/var/lib/kubelet) and `GANTRY_ENGINE_SOCKET` (/var/run/docker.sock). Its name is no setting: it follows from
 * the container.
 */
export function readNodeConfig(environment: Environment): NodeConfig {
  const ca = environment.optionalFile('GANTRY_NATS_CA_FILE');
  return {
    process: readProcessSettings(environment),
    bus: { servers: environment.list('GANTRY_NATS_SERVERS'), joinCredentials: environment.file('GANTRY_JOIN_CREDENTIALS_FILE'), ...(ca === undefined ? {} : { ca }) },
    dataDirectory: environment.optional('GANTRY_NODE_DATA_DIRECTORY') ?? '/var/lib/kubelet',
    engineSocket: environment.optional('GANTRY_ENGINE_SOCKET') ?? '/var/run/docker.sock',
  };
}

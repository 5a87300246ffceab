import { readNatsSettings, type NatsBusOptions } from '@gantry/bus/nats';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';

export interface ControllersConfig {
  readonly process: ProcessSettings;
  readonly nats: NatsBusOptions;
  /** PEM of the cluster's authority, published to pods. */
  readonly rootCa: string;
}

/** The settings of a controllers process: those of every process, those of NATS, and `GANTRY_CLUSTER_CA_FILE`. */
export function readControllersConfig(environment: Environment): ControllersConfig {
  return { process: readProcessSettings(environment), nats: readNatsSettings(environment, 'controllers'), rootCa: environment.file('GANTRY_CLUSTER_CA_FILE') };
}

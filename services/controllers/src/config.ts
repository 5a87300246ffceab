import { readNatsSettings, type NatsBusOptions } from '@gantry/bus/nats';
import type { KeyPair } from '@gantry/platform';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';

export interface ControllersConfig {
  readonly process: ProcessSettings;
  readonly nats: NatsBusOptions;
  /** PEM of the cluster's authority, published to pods. */
  readonly rootCa: string;
  /** Undefined: this process signs no certificate requests. */
  readonly authority: KeyPair | undefined;
}

/** The settings of a controllers process: those of every process, those of NATS, `GANTRY_CLUSTER_CA_FILE`, and `GANTRY_CLUSTER_CA_KEY_FILE` where certificate requests are to be signed. */
export function readControllersConfig(environment: Environment): ControllersConfig {
  const [rootCa, key] = [environment.file('GANTRY_CLUSTER_CA_FILE'), environment.optionalFile('GANTRY_CLUSTER_CA_KEY_FILE')];
  return { process: readProcessSettings(environment), nats: readNatsSettings(environment, 'controllers'), rootCa, authority: key === undefined ? undefined : { certificate: rootCa, key } };
}

import { readNatsSettings, type NatsBusOptions } from '@gantry/bus/nats';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';

export interface SchedulerConfig {
  readonly process: ProcessSettings;
  readonly nats: NatsBusOptions;
}

/** The settings of a scheduler process: those of every process and those of NATS. */
export function readSchedulerConfig(environment: Environment): SchedulerConfig {
  return { process: readProcessSettings(environment), nats: readNatsSettings(environment, 'scheduler') };
}

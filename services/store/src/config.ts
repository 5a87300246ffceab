import { readNatsSettings, type NatsBusOptions } from '@gantry/bus/nats';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';
import type { PostgresConfig } from './postgres/connection.js';
import { readPostgresSettings } from './postgres/settings.js';

export interface StoreConfig {
  readonly process: ProcessSettings;
  readonly nats: NatsBusOptions;
  readonly postgres: PostgresConfig;
}

/** A store process's settings: those of every process, those of NATS, and those of the way to Postgres. */
export function readStoreConfig(environment: Environment): StoreConfig {
  return { process: readProcessSettings(environment), nats: readNatsSettings(environment, 'store'), postgres: readPostgresSettings(environment) };
}

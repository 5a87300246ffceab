import { readNatsSettings, type NatsBusOptions } from '@gantry/bus/nats';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';
import type { PostgresConfig } from './postgres/connection.js';

export interface StoreConfig {
  readonly process: ProcessSettings;
  readonly nats: NatsBusOptions;
  readonly postgres: PostgresConfig;
}

/**
 * A store process's settings: those of every process, those of NATS, and `GANTRY_POSTGRES_HOST`, `…_PORT` (5432), `…_USER` (gantry),
 * `…_DATABASE` (gantry), `…_PASSWORD_FILE`, and `…_CA_FILE`: given, the connection is encrypted and the server's certificate verified.
 */
export function readStoreConfig(environment: Environment): StoreConfig {
  const ca = environment.optionalFile('GANTRY_POSTGRES_CA_FILE');
  return {
    process: readProcessSettings(environment),
    nats: readNatsSettings(environment, 'store'),
    postgres: {
      host: environment.required('GANTRY_POSTGRES_HOST'),
      port: environment.integer('GANTRY_POSTGRES_PORT', 5432, { from: 1, to: 65_535 }),
      user: environment.optional('GANTRY_POSTGRES_USER') ?? 'gantry',
      database: environment.optional('GANTRY_POSTGRES_DATABASE') ?? 'gantry',
      password: environment.optionalFile('GANTRY_POSTGRES_PASSWORD_FILE')?.trim(),
      ...(ca === undefined ? {} : { ssl: { ca, rejectUnauthorized: true } }),
    },
  };
}

import type { Failpoints } from './failpoints.js';
import { parseFailpoints } from './failpoints.js';
import type { PostgresConfig } from './postgres/connection.js';

/** What a store process is told by its environment. */
export interface StoreConfig {
  readonly postgres: PostgresConfig;
  /** From `GANTRY_FAILPOINTS`, which tests alone set. */
  readonly failpoints: Failpoints;
}

/** `GANTRY_POSTGRES` is a connection URL; unset, a Postgres on this machine's usual port. Throws a RangeError on what cannot be read. */
export function readStoreConfig(environment: NodeJS.ProcessEnv = process.env): StoreConfig {
  return {
    postgres: { connectionString: environment['GANTRY_POSTGRES'] ?? 'postgres://gantry@127.0.0.1:5432/gantry' },
    failpoints: parseFailpoints(environment['GANTRY_FAILPOINTS'] ?? ''),
  };
}

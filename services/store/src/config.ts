import { readBusSettings, type BusSettings } from '@gantry/bus/nats';
import { readProcessSettings, type Environment, type ProcessSettings } from '@gantry/platform/process';
import { DEFAULT_COMPACTION, type CompactionPolicy } from './compaction/compactor.js';
import type { PostgresConfig } from './postgres/connection.js';
import { readPostgresSettings } from './postgres/settings.js';

export interface StoreConfig {
  readonly process: ProcessSettings;
  readonly bus: BusSettings;
  readonly postgres: PostgresConfig;
  readonly compaction: CompactionPolicy;
}

const MOST_MS = 30 * 86_400_000;
const MOST_REVISIONS = 1_000_000_000;

/**
 * A store process's settings: those of every process, those of the bus, and those of the way to Postgres. `GANTRY_STORE_HISTORY_MS` (300,000) and
 * `GANTRY_STORE_HISTORY_REVISIONS` (0) say how much history is kept at least.
 */
export function readStoreConfig(environment: Environment): StoreConfig {
  return {
    process: readProcessSettings(environment),
    bus: readBusSettings(environment, 'store'),
    postgres: readPostgresSettings(environment),
    compaction: {
      keepMs: environment.integer('GANTRY_STORE_HISTORY_MS', DEFAULT_COMPACTION.keepMs, { from: 0, to: MOST_MS }),
      keepRevisions: environment.integer('GANTRY_STORE_HISTORY_REVISIONS', DEFAULT_COMPACTION.keepRevisions, { from: 0, to: MOST_REVISIONS }),
    },
  };
}

export type { CompactionPolicy } from './compaction/compactor.js';
export type { PostgresConfig } from './postgres/connection.js';
export { createStoreMetrics } from './metrics.js';
export { preloadMigrations } from './postgres/migrations/migrate.js';
export type { RunningStore, StoreOptions } from './store.js';
export { startStore } from './store.js';
export { StoreModule } from './store.module.js';

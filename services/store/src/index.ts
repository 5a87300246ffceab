export type { CompactionPolicy } from './compaction/compactor.js';
export type { StoreConfig } from './config.js';
export { readStoreConfig } from './config.js';
export type { Failpoint, FailpointAction } from './failpoints.js';
export { Failpoints, parseFailpoints } from './failpoints.js';
export type { PostgresConfig } from './postgres/connection.js';
export { PROGRESS_SUBJECT } from './publish/progress.js';
export type { RunningStore, StoreOptions } from './store.js';
export { startStore } from './store.js';

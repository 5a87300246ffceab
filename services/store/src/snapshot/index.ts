/** What saves and restores the whole state, from outside any store: loads no service. */
export { SnapshotError } from './errors.js';
export type { RestoredSnapshot } from './restore.js';
export { restoreSnapshot } from './restore.js';
export type { SavedSnapshot, SnapshotProgress } from './save.js';
export { saveSnapshot } from './save.js';

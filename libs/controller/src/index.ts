export type { Reconcile, ReconcileResult } from './reconcile.js';

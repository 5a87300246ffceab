/** What a reconcile may ask for; nothing: done until the next event. */
export interface ReconcileResult {
  /** Milliseconds after which the key is looked at again. */
  readonly requeueAfter?: number;
}

/**
 * Reads the world for one key (`namespace/name`, or `name`) and moves it one step. Level-triggered: it may be called at any
 * time, twice, or after a crash at any line. Returns or throws; requeues and back-off are the worker loop's.
 */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | void>;

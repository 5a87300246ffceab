import type { Served } from './watch/service-tracker.js';

/** What makes Services reachable on a node. */
export interface DataPlane {
  /** Rejects where the machine does not allow this way. */
  prepare(): Promise<void>;
  /** Resolves when this, or something newer, is in effect; rejects only when stopped before. */
  apply(served: Served): Promise<void>;
  stop(): Promise<void>;
}

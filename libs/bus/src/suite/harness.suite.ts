import type { Bus } from '../bus.js';
import type { FaultPlan } from '../memory/faults.js';

/** Two handles on one bus, as two processes would have them; a carrier inside one process may give the same twice. */
export interface BusHarness {
  readonly left: Bus;
  readonly right: Bus;
  /** Loses, repeats, delays and cuts what passes between the two. */
  readonly faults: FaultPlan;
  /** Resolves when what `bus` subscribed or follows so far is in force everywhere. */
  settle(bus: Bus): Promise<void>;
  stop(): Promise<void>;
}

export type MakeBus = () => Promise<BusHarness>;

/** What a test gets: the harness of the running test. */
export type Current = () => BusHarness;

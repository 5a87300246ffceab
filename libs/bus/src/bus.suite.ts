import { afterEach, beforeEach, describe } from 'vitest';
import type { Bus } from './bus.js';
import { describeMessages } from './suite/messages.suite.js';
import { describeRequests } from './suite/requests.suite.js';
import { describeStreams } from './suite/streams.suite.js';
import { describeWatchStream } from './suite/watch.suite.js';
import type { FaultPlan } from './memory/faults.js';

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

/** The contract of a bus; every carrier passes it. */
export function describeBus(name: string, make: MakeBus): void {
  describe(name, () => {
    let harness: BusHarness | undefined;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(async () => {
      await harness?.stop();
      harness = undefined;
    });
    const current: Current = () => {
      if (harness === undefined) throw new Error('no bus was made');
      return harness;
    };
    describeMessages(current);
    describeRequests(current);
    describeStreams(current);
    describeWatchStream(current);
  });
}

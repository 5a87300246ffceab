import { afterEach, beforeEach, describe } from 'vitest';
import { describeMessages } from './suite/messages.suite.js';
import { describeRequests } from './suite/requests.suite.js';
import { describeStreams } from './suite/streams.suite.js';
import { describeWatchStream } from './suite/watch.suite.js';
import type { BusHarness, Current, MakeBus } from './suite/harness.suite.js';

/** The contract of a bus; every carrier passes it. `absent` says why the carrier cannot run on this machine. */
export function describeBus(name: string, make: MakeBus, absent: () => string | undefined = () => undefined): void {
  describe(name, () => {
    let harness: BusHarness | undefined;
    beforeEach(async (context) => {
      const reason = absent();
      if (reason !== undefined) return context.skip(reason);
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

import { startTestApi } from '../test-api.suite.js';
import { describeReadTable } from './read-table.suite.js';

/** A ring of two events, so that watches resume from the ring and from the log. */
const limits = { freshnessTimeoutMs: 50, ringEvents: 2 };

describeReadTable('reads of one replica', async () => {
  const api = await startTestApi({ limits });
  return { apis: [api], stop: () => api.stop() };
});

describeReadTable('reads of two replicas in turn', async () => {
  const first = await startTestApi({ limits });
  const second = await startTestApi({ limits, beside: first });
  return {
    apis: [first, second],
    stop: async () => {
      await second.stop();
      await first.stop();
    },
  };
});

import type { Bus } from '@gantry/bus';
import { connectNatsBus } from '@gantry/bus/nats';
import { afterAll, beforeAll } from 'vitest';
import { startNatsServer } from '../../../../libs/bus/src/nats/nats-server.suite.js';
import type { NatsServer } from '../../../../libs/bus/src/nats/nats-server.suite.js';
import { startTestApi } from '../test-api.suite.js';
import { describeReadTable } from './read-table.suite.js';

let nats: NatsServer | string;
beforeAll(async () => {
  nats = await startNatsServer();
});
afterAll(() => (typeof nats === 'string' ? undefined : nats.stop()));

describeReadTable(
  'reads of two replicas in turn, over NATS',
  async () => {
    const { url } = nats as NatsServer;
    const buses: Bus[] = [];
    for (const identity of ['store', 'api', 'api']) buses.push(await connectNatsBus({ servers: [url], identity }));
    const limits = { freshnessTimeoutMs: 50, ringEvents: 2 };
    const first = await startTestApi({ limits, carrier: buses[0]!, wrapBus: () => buses[1]! });
    const second = await startTestApi({ limits, beside: first, wrapBus: () => buses[2]! });
    return {
      apis: [first, second],
      stop: async () => {
        await second.stop();
        await first.stop();
        await Promise.all(buses.map((bus) => bus.close()));
      },
    };
  },
  () => (typeof nats === 'string' ? nats : undefined),
);

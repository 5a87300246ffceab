import { connectBus, connectionCheck } from '@gantry/bus/nats';
import { RUNNING_PART, startService } from '@gantry/platform/nest';
import { runServiceProcess, untilStarted, type RunningService, type ServiceContext } from '@gantry/platform/process';
import { readStoreConfig, type StoreConfig } from './config.js';
import { createStoreMetrics } from './metrics.js';
import type { RunningStore } from './store.js';
import { StoreModule } from './store.module.js';

/** The store as a process: over NATS, on a Postgres that may come later. Every replica reads, one writes. */
async function start({ bus: busSettings, postgres, compaction, process: { failpoints } }: StoreConfig, { logger, metrics, signal }: ServiceContext): Promise<RunningService> {
  const bus = await connectBus(busSettings, { logger, signal });
  const measures = createStoreMetrics(metrics);
  const application = await untilStarted(() => startService(StoreModule.register({ bus, postgres, logger, metrics: measures, compaction, failpoints }), logger), 'the store', logger, signal);
  const store = application.get<RunningStore>(RUNNING_PART);
  metrics.gaugeOf({ name: 'gantry_store_leading', help: '1 while this store writes.' }, () => [{ labels: {}, value: Number(store.leading) }]);
  return {
    checks: [connectionCheck(bus)],
    stop: async () => {
      await application.close();
      await bus.close();
    },
  };
}

await runServiceProcess((environment) => {
  const config = readStoreConfig(environment);
  return { name: 'store', settings: config.process, start: (context) => start(config, context) };
});

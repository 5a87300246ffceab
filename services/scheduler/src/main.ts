import { connectionCheck, connectNatsBus } from '@gantry/bus/nats';
import { createBusTransport, createClient } from '@gantry/client';
import { RUNNING_PART, startService } from '@gantry/platform/nest';
import { runServiceProcess, type RunningService, type ServiceContext } from '@gantry/platform/process';
import { readSchedulerConfig, type SchedulerConfig } from './config.js';
import { createSchedulerMetrics } from './metrics.js';
import { SchedulerModule } from './scheduler.module.js';
import type { RunningScheduler } from './start-scheduler.js';

/** The scheduler as a process: over NATS, one of the replicas at work at a time. */
async function start({ nats }: SchedulerConfig, { logger, metrics, signal }: ServiceContext): Promise<RunningService> {
  const bus = await connectNatsBus({ ...nats, logger, signal });
  const client = createClient(createBusTransport({ bus, subjectPrefix: 'api.component.scheduler' }));
  const application = await startService(SchedulerModule.register({ client, bus, logger, leaderElection: {}, metrics: createSchedulerMetrics(metrics, 'default-scheduler') }), logger);
  const scheduler = application.get<RunningScheduler>(RUNNING_PART);
  metrics.gaugeOf({ name: 'leader_election_master_status', help: '1 while this process holds the lease.', labels: ['name'] }, () => [{ labels: { name: 'kube-scheduler' }, value: Number(scheduler.isLeader) }]);
  return {
    checks: [connectionCheck(bus)],
    stop: async () => {
      await application.close();
      await bus.close();
    },
  };
}

await runServiceProcess((environment) => {
  const config = readSchedulerConfig(environment);
  return { name: 'scheduler', settings: config.process, start: (context) => start(config, context) };
});

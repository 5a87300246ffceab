import { connectionCheck, connectNatsBus } from '@gantry/bus/nats';
import { createBusTransport, createClient } from '@gantry/client';
import { RUNNING_PART, startService } from '@gantry/platform/nest';
import { runServiceProcess, type RunningService, type ServiceContext } from '@gantry/platform/process';
import { readControllersConfig, type ControllersConfig } from './config.js';
import { ControllersModule } from './controllers.module.js';
import { createControllerMetrics } from './metrics.js';
import { createObjectMetrics } from './object-metrics.js';
import type { Controllers } from './start-controllers.js';

/** The controllers as a process: over NATS, one of the replicas at work at a time. */
async function start({ nats, rootCa, authority }: ControllersConfig, { logger, metrics, signal }: ServiceContext): Promise<RunningService> {
  const bus = await connectNatsBus({ ...nats, logger, signal });
  const client = createClient(createBusTransport({ bus, subjectPrefix: 'api.component.controllers' }));
  const application = await startService(ControllersModule.register({ client, bus, logger, rootCa, ...(authority && { authority }), leaderElection: {}, metrics: createControllerMetrics(metrics), objects: createObjectMetrics(metrics) }), logger);
  const controllers = application.get<Controllers>(RUNNING_PART);
  metrics.gaugeOf({ name: 'leader_election_master_status', help: '1 while this process holds the lease.', labels: ['name'] }, () => [{ labels: { name: 'kube-controller-manager' }, value: Number(controllers.isLeader) }]);
  return {
    checks: [connectionCheck(bus)],
    stop: async () => {
      await application.close();
      await bus.close();
    },
  };
}

await runServiceProcess((environment) => {
  const config = readControllersConfig(environment);
  return { name: 'controllers', settings: config.process, start: (context) => start(config, context) };
});

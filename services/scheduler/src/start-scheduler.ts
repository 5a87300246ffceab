import type { Clock, Logger } from '@gantry/async';
import { systemClock } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Client } from '@gantry/client';
import { NODES, PODS } from '@gantry/client';
import type { ElectionSettings, RunningComponent } from '@gantry/controller';
import { createEventRecorder, startComponent } from '@gantry/controller';
import type { Informers } from '@gantry/informer';
import { createInformers } from '@gantry/informer';
import { DEFAULT_SCHEDULER } from './pods/eligibility.js';
import type { SchedulerMetrics } from './scheduler.js';
import { Scheduler } from './scheduler.js';

/** The lease is `kube-scheduler` where the settings name none. */
export type SchedulerElectionSettings = ElectionSettings;

export interface SchedulerOptions {
  readonly client: Client;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Given: the caches follow the bus instead of watching through the client. */
  readonly bus?: Bus;
  /** Makes the caches, anew for every term of leadership; nobody else may use them. */
  readonly informers?: () => Informers;
  /** Without it the scheduler works at once, whoever else does. */
  readonly leaderElection?: SchedulerElectionSettings;
  /** The `spec.schedulerName` of the pods it takes care of. */
  readonly schedulerName?: string;
  readonly metrics?: SchedulerMetrics;
}

/** A stop ends the work, waits for bindings on their way and gives the lease back. */
export type RunningScheduler = RunningComponent;

/** Nodes before pods: pods on nodes find them, pods without one their choice. */
function connect(scheduler: Scheduler, informers: Informers): (() => void)[] {
  const nodes = informers.informer(NODES).addHandler({
    add: (node) => scheduler.nodeSeen(node),
    update: (node, old) => scheduler.nodeSeen(node, old),
    delete: (node) => scheduler.nodeGone(node),
  });
  const pods = informers.informer(PODS).addHandler({
    add: (pod) => scheduler.podSeen(pod),
    update: (pod, old) => scheduler.podSeen(pod, old),
    delete: (pod) => scheduler.podGone(pod),
  });
  return [nodes, pods];
}

/** One term: caches, then the loop, until the signal; everything is ended when it resolves. */
async function schedule(options: SchedulerOptions, clock: Clock, signal: AbortSignal, onRunning: () => void): Promise<void> {
  const { client, bus, logger, schedulerName = DEFAULT_SCHEDULER, metrics } = options;
  const informers = options.informers?.() ?? createInformers({ client, bus, clock, logger });
  const recorder = createEventRecorder({ client, component: schedulerName, clock, logger });
  const scheduler = new Scheduler({ client, recorder, clock, logger: logger.child({ scheduler: schedulerName }), schedulerName, metrics });
  let detach: (() => void)[] = [];
  try {
    informers.informer(NODES);
    informers.informer(PODS);
    informers.start();
    await informers.waitForSync(signal);
    detach = connect(scheduler, informers);
    onRunning();
    await scheduler.run(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    detach.forEach((off) => off());
    await Promise.all([informers.stop(), recorder.stop()]);
  }
}

/** Starts the scheduler, at once or as elected. */
export function startScheduler(options: SchedulerOptions): RunningScheduler {
  const { client, logger, clock = systemClock, leaderElection: election } = options;
  return startComponent({ name: 'kube-scheduler', client, logger, clock, election, run: (signal, onRunning) => schedule(options, clock, signal, onRunning) });
}

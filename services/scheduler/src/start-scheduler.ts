import { randomUUID } from 'node:crypto';
import type { Clock, Logger } from '@gantry/async';
import { Deferred, systemClock } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Client } from '@gantry/client';
import { LEASES, NODES, PODS } from '@gantry/client';
import type { LeaderElectionTimes } from '@gantry/controller';
import { createEventRecorder, startLeaderElection } from '@gantry/controller';
import type { Informers } from '@gantry/informer';
import { createInformers } from '@gantry/informer';
import { DEFAULT_SCHEDULER } from './pods/eligibility.js';
import type { SchedulerMetrics } from './scheduler.js';
import { Scheduler } from './scheduler.js';

export interface SchedulerElectionSettings extends Partial<LeaderElectionTimes> {
  /** The lease's name; `kube-scheduler` where not given. */
  readonly name?: string;
  /** `kube-system` where not given. */
  readonly namespace?: string;
  /** Unique a process; random where not given. */
  readonly identity?: string;
}

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

export interface RunningScheduler {
  /** Resolves when it works for the first time: caches filled and, with an election, elected. Never rejects. */
  readonly ready: Promise<void>;
  readonly isLeader: boolean;
  /** Ends the work, waits for bindings on their way, gives the lease back. Idempotent. */
  stop(): Promise<void>;
}

/** Nodes before pods: pods on nodes find them, pods without one their choice. */
function connect(scheduler: Scheduler, informers: Informers): (() => void)[] {
  const nodes = informers.informer(NODES).addHandler({
    add: (node) => scheduler.nodeSeen(node),
    update: (node) => scheduler.nodeSeen(node),
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

function startElected(options: SchedulerOptions, clock: Clock, settings: SchedulerElectionSettings, onRunning: () => void): Omit<RunningScheduler, 'ready'> {
  const { name = 'kube-scheduler', namespace = 'kube-system', identity = randomUUID(), ...times } = settings;
  const lead = (signal: AbortSignal) => schedule(options, clock, signal, onRunning);
  const leases = options.client.resource(LEASES, namespace);
  return startLeaderElection({ ...times, leases, namespace, name, identity, lead, clock, logger: options.logger });
}

function startAlone(options: SchedulerOptions, clock: Clock, onRunning: () => void): Omit<RunningScheduler, 'ready'> {
  const stopping = new AbortController();
  const ended = schedule(options, clock, stopping.signal, onRunning).catch((error: unknown) => options.logger.error({ error: String(error) }, 'the scheduler ended'));
  return {
    isLeader: true,
    async stop() {
      stopping.abort(new Error('scheduler stops'));
      await ended;
    },
  };
}

/** Starts the scheduler, at once or as elected. */
export function startScheduler(options: SchedulerOptions): RunningScheduler {
  const clock = options.clock ?? systemClock;
  const ready = new Deferred<void>();
  const onRunning = () => ready.resolve();
  const started = options.leaderElection === undefined ? startAlone(options, clock, onRunning) : startElected(options, clock, options.leaderElection, onRunning);
  return {
    ready: ready.promise,
    get isLeader() {
      return started.isLeader;
    },
    stop: () => started.stop(),
  };
}

import { randomUUID } from 'node:crypto';
import { Deferred, systemClock, type Clock, type Logger } from '@gantry/async';
import { LEASES, type Client } from '@gantry/client';
import { startLeaderElection, type LeaderElectionTimes } from './leader-election.js';

/** How a component with several replicas agrees on the one that works. */
export interface ElectionSettings extends Partial<LeaderElectionTimes> {
  /** The lease's name; the component's own where not given. */
  readonly name?: string;
  /** `kube-system` where not given. */
  readonly namespace?: string;
  /** Unique a process; random where not given. */
  readonly identity?: string;
}

export interface ComponentOptions {
  /** `kube-scheduler` */
  readonly name: string;
  readonly client: Client;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Without it the component works at once, whoever else does. */
  readonly election?: ElectionSettings;
  /** Works until the signal; calls `onRunning` when its caches are filled. What it started has ended when it resolves. */
  readonly run: (signal: AbortSignal, onRunning: () => void) => Promise<void>;
}

export interface RunningComponent {
  /** Resolves when it works for the first time: caches filled and, with an election, elected. Never rejects. */
  readonly ready: Promise<void>;
  readonly isLeader: boolean;
  /** Ends the work and gives the lease back. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a component, at once or as elected. */
export function startComponent(options: ComponentOptions): RunningComponent {
  const ready = new Deferred<void>();
  const run = (signal: AbortSignal): Promise<void> => options.run(signal, () => ready.resolve());
  const started = options.election === undefined ? startAlone(options, run) : startElected(options, options.election, run);
  return {
    ready: ready.promise,
    get isLeader() {
      return started.isLeader;
    },
    stop: () => started.stop(),
  };
}

type Started = Omit<RunningComponent, 'ready'>;
type Run = (signal: AbortSignal) => Promise<void>;

function startElected({ client, logger, clock = systemClock, name: component }: ComponentOptions, settings: ElectionSettings, lead: Run): Started {
  const { name = component, namespace = 'kube-system', identity = randomUUID(), ...times } = settings;
  return startLeaderElection({ ...times, leases: client.resource(LEASES, namespace), namespace, name, identity, lead, clock, logger });
}

function startAlone({ logger, name }: ComponentOptions, run: Run): Started {
  const stopping = new AbortController();
  const ended = run(stopping.signal).catch((error: unknown) => logger.error({ error: String(error) }, `${name} ended`));
  return {
    isLeader: true,
    async stop() {
      stopping.abort(new Error(`${name} stops`));
      await ended;
    },
  };
}

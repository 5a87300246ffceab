import type { Clock, Logger } from '@gantry/async';
import { systemClock } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Client } from '@gantry/client';
import type { ControllerMetrics, ElectionSettings, EventRecorder, RunningComponent, RunningController } from '@gantry/controller';
import { createEventRecorder, startComponent } from '@gantry/controller';
import type { Informers } from '@gantry/informer';
import { createInformers } from '@gantry/informer';
import type { KeyPair } from '@gantry/platform';
import type { Controller, ControllerContext } from './controller-context.js';
import { controllers as allControllers } from './controllers.js';
import { openInformers } from './informers.js';
import type { NodeIpamSettings } from './node-ipam/pod-cidrs.js';
import { DEFAULT_NODE_IPAM_SETTINGS } from './node-ipam/pod-cidrs.js';
import type { HealthTimes } from './node-lifecycle/health.js';
import { DEFAULT_HEALTH_TIMES } from './node-lifecycle/health.js';
import type { PodGcSettings } from './pod-gc/reconcile.js';
import { DEFAULT_POD_GC_SETTINGS } from './pod-gc/reconcile.js';
import type { ObjectMetrics } from './object-metrics.js';
import type { DiscoveredResource } from './resources/discovered-resource.js';
import { SERVED_RESOURCES } from './resources/discovered-resource.js';

/** The lease is `kube-controller-manager` where the settings name none. */
export type LeaderElectionSettings = ElectionSettings;

export interface ControllersOptions {
  readonly client: Client;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Given: the caches follow the bus instead of watching through the client. */
  readonly bus?: Bus;
  /** Makes the caches, anew for every term of leadership; nobody else may use them. */
  readonly informers?: () => Informers;
  /** Without it the controllers run at once, whoever else does. */
  readonly leaderElection?: LeaderElectionSettings;
  /** All where not given. */
  readonly controllers?: readonly Controller[];
  /** The kinds that are served; those of the spine where not given. */
  readonly resources?: () => Promise<readonly DiscoveredResource[]>;
  /** PEM. */
  readonly rootCa?: string;
  /** Signs certificate requests that were approved, and lets kubelets' own be approved; PEM, of an elliptic curve. */
  readonly authority?: KeyPair;
  readonly health?: Partial<HealthTimes>;
  readonly podGc?: Partial<PodGcSettings>;
  readonly nodeIpam?: Partial<NodeIpamSettings>;
  readonly metrics?: ControllerMetrics;
  /** Shows what the caches hold while they are filled. */
  readonly objects?: ObjectMetrics;
}

/** A stop ends all loops and gives the lease back. */
export type Controllers = RunningComponent;

/** One recorder a component, made when first asked for. */
function recorders({ client, logger }: ControllersOptions, clock: Clock): { of(component: string): EventRecorder; stop(): Promise<void> } {
  const made = new Map<string, EventRecorder>();
  return {
    of(component) {
      const recorder = made.get(component) ?? createEventRecorder({ client, component, clock, logger });
      made.set(component, recorder);
      return recorder;
    },
    async stop() {
      await Promise.all([...made.values()].map((recorder) => recorder.stop()));
    },
  };
}

function contextFor(options: ControllersOptions, clock: Clock, informers: Informers, recorder: ControllerContext['recorder']): ControllerContext {
  const { client, logger, metrics, rootCa, authority } = options;
  return {
    client,
    clock,
    logger,
    metrics,
    rootCa,
    ...(authority && { authority }),
    recorder,
    informers: openInformers(informers),
    resources: options.resources ?? (() => Promise.resolve(SERVED_RESOURCES)),
    health: { ...DEFAULT_HEALTH_TIMES, ...options.health },
    podGc: { ...DEFAULT_POD_GC_SETTINGS, ...options.podGc },
    nodeIpam: { ...DEFAULT_NODE_IPAM_SETTINGS, ...options.nodeIpam },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** One term: caches, then loops, until the signal; everything is ended when it resolves. */
async function runAll(options: ControllersOptions, clock: Clock, signal: AbortSignal, onRunning: () => void): Promise<void> {
  const { client, bus, logger } = options;
  const informers = options.informers?.() ?? createInformers({ client, bus, clock, logger });
  const events = recorders(options, clock);
  const context = contextFor(options, clock, informers, (component) => events.of(component));
  const running: RunningController[] = [];
  let hide: (() => void) | undefined;
  try {
    informers.start();
    await informers.waitForSync(signal);
    hide = options.objects?.show(context.informers);
    for (const controller of options.controllers ?? allControllers) {
      const started = controller.start(context);
      if (started !== undefined) running.push(started);
    }
    onRunning();
    await untilAborted(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    hide?.();
    await Promise.all(running.map((controller) => controller.stop()));
    await Promise.all([informers.stop(), events.stop()]);
  }
}

/** Starts all controllers, at once or as elected. */
export function startControllers(options: ControllersOptions): Controllers {
  const { client, logger, clock = systemClock, leaderElection: election } = options;
  return startComponent({ name: 'kube-controller-manager', client, logger, clock, election, run: (signal, onRunning) => runAll(options, clock, signal, onRunning) });
}

import type { Clock, Logger } from '@gantry/async';
import type { Client, KubeObject } from '@gantry/client';
import type { ControllerMetrics, EventRecorder, Reconcile, RunningController } from '@gantry/controller';
import { runController, WorkQueue } from '@gantry/controller';
import type { Informer } from '@gantry/informer';
import type { KeyPair } from '@gantry/platform';
import type { ControllerInformers } from './informers.js';
import type { NodeIpamSettings } from './node-ipam/pod-cidrs.js';
import type { HealthTimes } from './node-lifecycle/health.js';
import type { PodGcSettings } from './pod-gc/reconcile.js';
import type { DiscoveredResource } from './resources/discovered-resource.js';

/** What every controller is made of. */
export interface ControllerContext {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: ControllerMetrics;
  readonly informers: ControllerInformers;
  /** The recorder of a component: `deployment-controller` and the like. */
  readonly recorder: (component: string) => EventRecorder;
  readonly resources: () => Promise<readonly DiscoveredResource[]>;
  /** PEM of the cluster's certificate authority; without it none is published. */
  readonly rootCa?: string;
  /** The cluster's authority with its key; without it no request is approved or signed here. */
  readonly authority?: KeyPair;
  readonly health: HealthTimes;
  readonly podGc: PodGcSettings;
  readonly nodeIpam: NodeIpamSettings;
}

/** One of the loops: listed in `controllers.ts`. */
export interface Controller {
  readonly name: string;
  /** Undefined where the context gives it nothing to do. The caches are filled when it is called. */
  start(context: ControllerContext): RunningController | undefined;
}

/** Takes a handler off an informer. */
export type Detach = () => void;

export interface LoopOptions {
  readonly name: string;
  readonly context: ControllerContext;
  readonly reconcile: Reconcile;
  readonly concurrency?: number;
  /** Connects events with the queue; what it returns takes the connections back. */
  readonly connect: (queue: WorkQueue) => readonly Detach[];
}

/** A controller that runs: its queue fed by events, its reconcile called with keys. */
export function startLoop({ name, context, reconcile, concurrency, connect }: LoopOptions): RunningController {
  const { clock, logger, metrics } = context;
  const queue = new WorkQueue({ clock, metrics: metrics?.queue(name) });
  const detach = connect(queue);
  const running = runController({ name, reconcile, queue, concurrency, clock, logger, metrics });
  return {
    async stop() {
      detach.forEach((off) => off());
      await running.stop();
    },
  };
}

/** Enqueues what `keysOf` makes of every object that appears, changes (before and after) or goes. */
export function enqueueAll<T extends KubeObject>(informer: Informer<T>, queue: WorkQueue, keysOf: (object: T) => readonly string[]): Detach {
  const enqueue = (object: T) => keysOf(object).forEach((key) => queue.add(key));
  return informer.addHandler({
    add: enqueue,
    update: (object, old) => {
      enqueue(object);
      enqueue(old);
    },
    delete: enqueue,
  });
}

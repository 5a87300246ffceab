import { systemClock, type Clock, type Logger } from '@gantry/async';
import { runController, WorkQueue } from '@gantry/controller';
import type { ComposeContainer, ComposeContainers, ComposeService } from '@gantry/container-runtime/docker';

export interface FellowsOptions {
  readonly containers: Pick<ComposeContainers, 'list' | 'follow'>;
  readonly service: ComposeService;
  /** This node's. */
  readonly number: number;
  /** Numbers of nodes of which there is something. */
  readonly inUse: () => Promise<readonly number[]>;
  /** Called at first and whenever another number of nodes shares the engine. */
  readonly shared: (nodes: number) => void;
  /** Called for each node that has no container any more, on one of those that are left. May be called again for it. */
  readonly departed: (number: number, signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Milliseconds that a node must have been without a container. */
  readonly patience?: number;
}

export interface Fellows {
  stop(): Promise<void>;
}

/** Who makes a container anew by hand removes the old one first. */
const PATIENCE = 5000;
const ALL = 'fellows';

/** Follows the nodes that share this node's engine: the containers of its service. */
export function watchFellows(options: FellowsOptions): Fellows {
  const { containers, service, logger, clock = systemClock } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const queue = new WorkQueue({ clock });
  const look = new Look(options, clock, signal);
  const controller = runController({ name: 'fellows', queue, clock, logger, reconcile: () => look.reconcile() });
  const following = containers.follow(service, () => queue.add(ALL), signal);
  queue.add(ALL);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([following, controller.stop()]);
      await queue.shutDown();
    },
  };
}

class Look {
  #shared = 0;
  /** Since when a number has had no container (milliseconds since the epoch). */
  #missing = new Map<number, number>();

  constructor(
    private readonly options: FellowsOptions,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  async reconcile(): Promise<{ requeueAfter?: number }> {
    const { containers, service, number, inUse, shared, departed, patience = PATIENCE } = this.options;
    const all = await containers.list(service);
    const sharing = nodesSharing(all);
    if (sharing !== this.#shared && sharing > 0) shared((this.#shared = sharing));
    const missing = departedNumbers(number, all, await inUse());
    const now = this.clock.now();
    this.#missing = new Map(missing.map((one) => [one, this.#missing.get(one) ?? now]));
    const due = missing.filter((one) => now - (this.#missing.get(one) ?? now) >= patience);
    for (const one of due) if (!this.signal.aborted) await departed(one, this.signal);
    return missing.length > 0 ? { requeueAfter: patience } : {};
  }
}

/** How many nodes the engine's machine is divided among. */
export function nodesSharing(all: readonly ComposeContainer[]): number {
  return new Set(all.filter(({ running }) => running).map(({ number }) => number)).size;
}

/** Nodes that were here and have no container, not even one that is stopped. Told to one node alone: the first that runs. */
export function departedNumbers(own: number, all: readonly ComposeContainer[], inUse: readonly number[]): number[] {
  const first = Math.min(...all.filter(({ running }) => running).map(({ number }) => number));
  if (own !== first) return [];
  const present = new Set(all.map(({ number }) => number));
  return inUse.filter((number) => !present.has(number)).sort((a, b) => a - b);
}

import { delay, systemClock } from '@gantry/async';
import type { Clock } from '@gantry/async';
import { RuntimeError } from '../runtime.js';
import type { ContainerRuntime, Image } from '../runtime.js';
import { hollowLogs } from './logs.js';
import { HollowWorld, hollowImageId } from './world.js';
import type { HollowContainer } from './world.js';

/** Milliseconds that each verb takes. */
export interface HollowDelays {
  readonly runSandbox?: number;
  readonly startContainer?: number;
  readonly stopContainer?: number;
  readonly pullImage?: number;
}

export interface HollowRuntimeOptions {
  readonly clock?: Clock;
  readonly delays?: HollowDelays;
  /** Where sandboxes get their addresses from. */
  readonly podCidr?: string;
  /** The text with which the pull of an image fails; undefined: it succeeds. */
  readonly pullFailure?: (image: string) => string | undefined;
}

export interface HollowRuntime extends ContainerRuntime {
  /** Ends a running container from outside, as a crash would. */
  finish(containerId: string, exitCode: number): void;
}

/** What a program that does not handle SIGTERM exits with. */
const SIGTERM_EXIT = 143;
const DEFAULT_CIDR = '10.244.0.0/24';

/** A runtime without processes: everything exists in memory only. Containers act by annotations of their pod (`programOf`). */
export function createHollowRuntime(options: HollowRuntimeOptions = {}): HollowRuntime {
  const clock = options.clock ?? systemClock;
  const world = new HollowWorld(clock, options.podCidr ?? DEFAULT_CIDR);
  return {
    version: () => Promise.resolve({ runtimeName: 'hollow', runtimeVersion: '1.0.0' }),
    ...sandboxVerbs(world, options.delays ?? {}),
    ...containerVerbs(world, options.delays ?? {}),
    ...processVerbs(world),
    ...imageVerbs(clock, options),
    logs: (id, logOptions, signal) => hollowLogs(found(world, id), logOptions, signal),
    events(listener, signal) {
      if (signal.aborted) return;
      world.listeners.add(listener);
      signal.addEventListener('abort', () => world.listeners.delete(listener), { once: true });
    },
    finish: (id, exitCode) => world.finish(found(world, id), exitCode),
    close: () => Promise.resolve(world.close()),
  };
}

function found(world: HollowWorld, id: string): HollowContainer {
  const container = world.containers.get(id);
  if (container === undefined) throw new RuntimeError('not-found', `no such container: ${id}`);
  return container;
}

async function takes(clock: Clock, milliseconds: number | undefined): Promise<void> {
  if (milliseconds !== undefined && milliseconds > 0) await delay(clock, milliseconds);
}

type SandboxVerbs = Pick<ContainerRuntime, 'runSandbox' | 'stopSandbox' | 'removeSandbox' | 'sandboxStatus' | 'listSandboxes'>;

function sandboxVerbs(world: HollowWorld, delays: HollowDelays): SandboxVerbs {
  return {
    async runSandbox(config) {
      await takes(world.clock, delays.runSandbox);
      return world.addSandbox(config);
    },
    stopSandbox: async (id) => world.stopSandbox(id),
    removeSandbox: async (id) => world.removeSandbox(id),
    async sandboxStatus(id) {
      const sandbox = world.sandboxes.get(id);
      if (sandbox === undefined) throw new RuntimeError('not-found', `no such sandbox: ${id}`);
      return sandbox.status;
    },
    async listSandboxes(filter) {
      const all = [...world.sandboxes.values()].map((sandbox) => sandbox.status);
      return filter?.podUid === undefined ? all : all.filter((status) => status.metadata.uid === filter.podUid);
    },
  };
}

type ContainerVerbs = Pick<
  ContainerRuntime,
  'createContainer' | 'startContainer' | 'stopContainer' | 'removeContainer' | 'containerStatus' | 'listContainers' | 'updateContainer' | 'stats'
>;

function containerVerbs(world: HollowWorld, delays: HollowDelays): ContainerVerbs {
  return {
    createContainer: async (sandboxId, config) => world.addContainer(sandboxId, config),
    async startContainer(id) {
      await takes(world.clock, delays.startContainer);
      world.start(found(world, id));
    },
    async stopContainer(id, graceSeconds) {
      await takes(world.clock, Math.min(delays.stopContainer ?? 0, graceSeconds * 1000));
      const container = world.containers.get(id);
      if (container !== undefined) world.finish(container, SIGTERM_EXIT);
    },
    removeContainer: async (id) => world.removeContainer(id),
    containerStatus: async (id) => found(world, id).status,
    async listContainers(filter) {
      const matches = (container: HollowContainer): boolean =>
        (filter?.podUid === undefined || container.podUid === filter.podUid) && (filter?.sandboxId === undefined || container.status.sandboxId === filter.sandboxId);
      return [...world.containers.values()].filter(matches).map((container) => container.status);
    },
    updateContainer: async (id) => void found(world, id),
    stats: async () => [],
  };
}

type ProcessVerbs = Pick<ContainerRuntime, 'execSync' | 'exec' | 'attach' | 'endCommands'>;

/** There is nothing to run in: every command succeeds and says nothing, but `probe <type>`, which the program answers. */
function processVerbs(world: HollowWorld): ProcessVerbs {
  const running = (id: string): void => {
    if (found(world, id).status.state !== 'running') throw new RuntimeError('invalid', `container ${id} is not running`);
  };
  return {
    async execSync(id, [command, type]) {
      running(id);
      const well = command !== 'probe' || isWell(found(world, id), type ?? '', world.clock.now());
      return { exitCode: well ? 0 : 1, stdout: Buffer.from(well ? '' : 'hollow: not now'), stderr: new Uint8Array() };
    },
    async exec(id) {
      running(id);
      return { exitCode: 0 };
    },
    attach: async (id) => running(id),
    endCommands: () => Promise.resolve(),
  };
}

function isWell({ program, status }: HollowContainer, probe: string, now: number): boolean {
  const ran = now - status.startedAt;
  const { fromMs = 0, untilMs = Number.POSITIVE_INFINITY } = program.probes[probe] ?? {};
  return ran >= fromMs && ran < untilMs;
}

type ImageVerbs = Pick<ContainerRuntime, 'pullImage' | 'imageStatus' | 'listImages' | 'removeImage'>;

function imageVerbs(clock: Clock, options: HollowRuntimeOptions): ImageVerbs {
  const images = new Map<string, Image>();
  const find = (image: string): Image | undefined => images.get(image) ?? [...images.values()].find(({ id }) => id === image);
  return {
    async pullImage(image) {
      await takes(clock, options.delays?.pullImage);
      const failure = options.pullFailure?.(image);
      if (failure !== undefined) throw new RuntimeError('pull-failed', failure);
      images.set(image, { id: hollowImageId(image), repoTags: [image], repoDigests: [], size: 0 });
      return hollowImageId(image);
    },
    imageStatus: async (image) => find(image),
    listImages: async () => [...images.values()],
    async removeImage(id) {
      for (const [name, image] of images) if (image.id === id || name === id) images.delete(name);
    },
  };
}

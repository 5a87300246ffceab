import type { Clock, Logger } from '@gantry/async';
import { delay } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { Container } from '../pods/pod.js';

/** Seconds that a container has after its hook used up its grace. */
const LEAST_GRACE = 2;

export interface StopRequest {
  readonly podUid: string;
  readonly containerId: string;
  readonly graceSeconds: number;
  readonly preStop?: NonNullable<NonNullable<Container['lifecycle']>['preStop']>;
  /** Called once, when the stop begins. */
  readonly begins: () => void;
  /** The hook did not do what it was to; the stop goes on. */
  readonly hookFailed: (message: string) => void;
}

/** Ends containers in the background, so that a pod can be looked at while it takes its grace. */
export interface Stopper {
  /** Begins a stop, or hastens one that is under way. */
  stop(request: StopRequest): void;
  /** Resolves when nothing is being stopped. */
  idle(): Promise<void>;
}

interface Running {
  deadline: number;
  readonly done: Promise<void>;
}

export interface StopperOptions {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settled: (podUid: string, stopped: boolean) => void;
}

export function createStopper(options: StopperOptions): Stopper {
  const running = new Map<string, Running>();

  const begin = (request: StopRequest): void => {
    request.begins();
    const deadline = options.clock.now() + request.graceSeconds * 1000;
    const stopped = carryOut(options, request).then(() => true, (error: unknown) => {
      options.logger.warn({ container: request.containerId, error: String(error) }, 'a container could not be stopped');
      return false;
    });
    const done = stopped.then((success) => {
      running.delete(request.containerId);
      options.settled(request.podUid, success);
    });
    running.set(request.containerId, { deadline, done });
  };

  const hasten = (request: StopRequest, present: Running): void => {
    const deadline = options.clock.now() + request.graceSeconds * 1000;
    if (deadline + 1000 > present.deadline) return;
    present.deadline = deadline;
    // The first call resolves as well when this one has killed the container.
    void options.runtime.stopContainer(request.containerId, request.graceSeconds).catch(() => undefined);
  };

  return {
    stop(request) {
      const present = running.get(request.containerId);
      if (present === undefined) begin(request);
      else hasten(request, present);
    },
    idle: async () => void (await Promise.all([...running.values()].map(({ done }) => done))),
  };
}

async function carryOut({ runtime, clock }: StopperOptions, request: StopRequest): Promise<void> {
  const started = clock.monotonic();
  if (request.preStop !== undefined && request.graceSeconds > 0) {
    await runHook(runtime, clock, request).catch((error: unknown) => request.hookFailed(error instanceof Error ? error.message : String(error)));
  }
  const used = (clock.monotonic() - started) / 1000;
  const left = request.preStop === undefined ? request.graceSeconds : Math.max(LEAST_GRACE, request.graceSeconds - used);
  await runtime.stopContainer(request.containerId, left);
}

async function runHook(runtime: ContainerRuntime, clock: Clock, { preStop, containerId, graceSeconds }: StopRequest): Promise<void> {
  if (preStop?.sleep !== undefined) await delay(clock, Math.min(preStop.sleep.seconds, graceSeconds) * 1000);
  if (preStop?.exec === undefined) return;
  const { exitCode } = await runtime.execSync(containerId, preStop.exec.command ?? [], graceSeconds * 1000);
  if (exitCode !== 0) throw new Error(`command '${(preStop.exec.command ?? []).join(' ')}' exited with ${exitCode}`);
}

import type { Clock, Logger } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { Container } from '../pods/pod.js';
import { Grace } from './grace.js';
import type { RunHook } from './lifecycle-hook.js';

/** Seconds that a container has at least, whatever its hook or those before it used up. */
const LEAST_GRACE = 2;
/** Milliseconds: a grace that is shortened by less stays as it is. */
const WORTH_HASTENING = 1000;

export interface StopRequest {
  readonly podUid: string;
  readonly containerId: string;
  readonly graceSeconds: number;
  readonly preStop?: { readonly handler: NonNullable<NonNullable<Container['lifecycle']>['preStop']>; readonly container: Container; readonly podIp: string };
  /** Containers that are being stopped too and end first, as long as there is grace. */
  readonly after?: readonly string[];
  /** Called once, when the stop begins. */
  readonly begins: () => void;
  /** The hook did not do what it was to; the stop goes on. */
  readonly hookFailed: (error: unknown) => void;
}

/** The hook that a container runs before it ends, whatever it ends for. */
export function preStopOf(container: Container | undefined, podIp: string): Pick<StopRequest, 'preStop'> {
  const handler = container?.lifecycle?.preStop;
  return container === undefined || handler === undefined ? {} : { preStop: { handler, container, podIp } };
}

/** Ends containers in the background, so that a pod can be looked at while it takes its grace. */
export interface Stopper {
  /** Begins a stop, or hastens one that is under way. */
  stop(request: StopRequest): void;
  /** Resolves when nothing of this pod, or nothing at all, is being stopped. */
  idle(podUid?: string): Promise<void>;
}

interface Running {
  readonly podUid: string;
  readonly grace: Grace;
  /** The runtime was told to end it. */
  signalled: boolean;
  done: Promise<void>;
}

export interface StopperOptions {
  readonly runtime: ContainerRuntime;
  readonly runHook: RunHook;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settled: (podUid: string, stopped: boolean) => void;
}

export function createStopper(options: StopperOptions): Stopper {
  return new Stops(options);
}

class Stops implements Stopper {
  readonly #running = new Map<string, Running>();

  constructor(private readonly options: StopperOptions) {}

  stop(request: StopRequest): void {
    const present = this.#running.get(request.containerId);
    if (present === undefined) this.#begin(request);
    else this.#hasten(request, present);
  }

  async idle(podUid?: string): Promise<void> {
    const awaited = [...this.#running.values()].filter((each) => podUid === undefined || each.podUid === podUid);
    await Promise.all(awaited.map(({ done }) => done));
  }

  #begin(request: StopRequest): void {
    request.begins();
    const running: Running = { podUid: request.podUid, grace: new Grace(this.options.clock, request.graceSeconds), signalled: false, done: Promise.resolve() };
    this.#running.set(request.containerId, running);
    running.done = this.#carryOut(request, running).then((success) => {
      running.grace.release();
      this.#running.delete(request.containerId);
      this.options.settled(request.podUid, success);
    });
  }

  #hasten(request: StopRequest, present: Running): void {
    const wanted = this.options.clock.now() + request.graceSeconds * 1000;
    if (wanted + WORTH_HASTENING > present.grace.deadline || !present.grace.shorten(request.graceSeconds)) return;
    // The first call resolves as well when this one has killed the container.
    if (present.signalled) void this.options.runtime.stopContainer(request.containerId, request.graceSeconds).catch(() => undefined);
  }

  async #carryOut(request: StopRequest, running: Running): Promise<boolean> {
    try {
      await this.#preStop(request, running.grace);
      await this.#turn(request, running.grace);
      running.signalled = true;
      await this.options.runtime.stopContainer(request.containerId, Math.max(LEAST_GRACE, running.grace.left));
      return true;
    } catch (error) {
      this.options.logger.warn({ container: request.containerId, error: String(error) }, 'a container could not be stopped');
      return false;
    }
  }

  /** Where there is no grace there is no hook. */
  async #preStop({ preStop, containerId, graceSeconds, hookFailed }: StopRequest, grace: Grace): Promise<void> {
    if (preStop === undefined || graceSeconds <= 0) return;
    const hook = this.options.runHook({ ...preStop, containerId, timeoutMs: graceSeconds * 1000, signal: grace.signal });
    await grace.within(hook).catch(hookFailed);
  }

  async #turn({ after = [] }: StopRequest, grace: Grace): Promise<void> {
    const others = after.flatMap((id) => this.#running.get(id)?.done ?? []);
    if (others.length > 0) await grace.within(Promise.all(others));
  }
}

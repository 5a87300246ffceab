import type { ContainerStatus, SandboxStatus } from '@gantry/container-runtime';
import { containersOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { currentSandbox, isAlive, latestIn, latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { planInit } from './init-plan.js';
import { restartDelay } from './restart.js';
import { planStart } from './start-plan.js';
import type { ContainerPlan, StartContainer, Waiting } from './start-plan.js';

/** Annotation of a container: the image as its pod's spec named it when it was made. */
export const IMAGE_ANNOTATION = 'io.gantry.spec-image';

export interface StopContainer {
  readonly id: string;
  readonly name: string;
  readonly message: string;
}

/** What is to be done for a pod now. Everything in it can be done at once and in any order, but that a sandbox comes alone. */
export interface PodActions {
  /** None is there: make one, then look again. */
  readonly createSandbox?: { readonly attempt: number };
  /** Those that are not the current one and still hold something. */
  readonly killSandboxes: readonly string[];
  readonly stop: readonly StopContainer[];
  readonly start: readonly StartContainer[];
  /** Containers that wait before they are started again. */
  readonly waiting: readonly Waiting[];
  /** When something falls due by the clock alone; milliseconds since the epoch. */
  readonly wakeAt?: number;
}

/** Decides, from what is there and the time, what a pod that is to run needs next. Pure. */
export function computePodActions(pod: Pod, world: PodWorld, now: number): PodActions {
  const sandbox = currentSandbox(world);
  const killSandboxes = world.sandboxes.filter((other) => other !== sandbox && holdsSomething(other, world)).map(({ id }) => id);
  if (sandbox === undefined) {
    const attempt = (world.sandboxes[0]?.metadata.attempt ?? -1) + 1;
    return { ...nothing, killSandboxes, ...(killSandboxes.length === 0 ? { createSandbox: { attempt } } : {}) };
  }
  return { ...containerActions(pod, world, sandbox, now), killSandboxes };
}

const nothing = { stop: [], start: [], waiting: [] };

function holdsSomething(sandbox: SandboxStatus, world: PodWorld): boolean {
  return sandbox.state === 'ready' || world.containers.some((container) => container.sandboxId === sandbox.id && isAlive(container));
}

function containerActions(pod: Pod, world: PodWorld, sandbox: SandboxStatus, now: number): Omit<PodActions, 'killSandboxes'> {
  const init = planInit(pod, world, sandbox, now);
  const plans = init.complete ? [...init.plans, ...containersOf(pod).map((container) => planRegular(pod, container, world, sandbox, now))] : init.plans;
  const waiting = plans.flatMap((plan) => (plan.do === 'wait' ? [plan.waiting] : []));
  const wakeAt = Math.min(...waiting.map(({ until }) => until));
  return {
    stop: containersOf(pod).flatMap((container) => changedImage(container, latestIn(world, container.name, sandbox.id))),
    start: plans.flatMap((plan) => (plan.do === 'start' ? [plan.start] : [])),
    waiting,
    ...(Number.isFinite(wakeAt) ? { wakeAt } : {}),
  };
}

function planRegular(pod: Pod, container: Container, world: PodWorld, sandbox: SandboxStatus, now: number): ContainerPlan {
  const here = latestIn(world, container.name, sandbox.id);
  if (here !== undefined) return planStart(pod, container, here, now);
  // What ended in an earlier sandbox counts: a container that is through is not started again because the sandbox died.
  const former = latestOf(world, container.name);
  const plan = planStart(pod, container, former, now);
  if (plan.do !== 'wait' || former === undefined) return plan;
  // It went down with its sandbox (the engine or the machine was restarted): that is no failure of its own to wait for.
  return { do: 'start', start: { container, attempt: former.attempt + 1, followingDelay: restartDelay(former) } };
}

/** The image is the one field of a container that an update may change: the old one is stopped, the new one follows as a restart. */
function changedImage(container: Container, running: ContainerStatus | undefined): StopContainer[] {
  if (running === undefined || !isAlive(running)) return [];
  const made = running.annotations[IMAGE_ANNOTATION];
  if (made === undefined || made === container.image) return [];
  return [{ id: running.id, name: container.name, message: `Container ${container.name} definition changed, will be restarted` }];
}

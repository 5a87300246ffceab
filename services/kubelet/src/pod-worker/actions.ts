import type { ContainerStatus, SandboxStatus } from '@gantry/container-runtime';
import { containersOf, ephemeralContainersOf, initContainersOf, isSidecar, restartPolicyOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { currentSandbox, isAlive, latestIn, latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { assumeHealthy } from '../probes/health.js';
import type { HealthOf } from '../probes/health.js';
import { planInit } from './init-plan.js';
import type { PlanInput } from './plan-input.js';
import { restartDelay } from './restart.js';
import { graceOfProbe } from './probe-grace.js';
import { planEphemeral, planRenewal, planRestart, planStart } from './start-plan.js';
import type { ContainerPlan, StartContainer, Waiting } from './start-plan.js';

/** Annotation of a container: the image as its pod's spec named it when it was made. */
export const IMAGE_ANNOTATION = 'io.gantry.spec-image';

export interface StopContainer {
  readonly id: string;
  readonly name: string;
  readonly message: string;
  /** Seconds; unset: the pod's. */
  readonly graceSeconds?: number;
  /** It is started again whatever its policy says of its exit. */
  readonly restarts: boolean;
  /** It is another one then: it does not wait for what the former did. */
  readonly renews?: true;
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
export function computePodActions(pod: Pod, world: PodWorld, now: number, health: HealthOf = assumeHealthy): PodActions {
  const sandbox = currentSandbox(world);
  const killSandboxes = world.sandboxes.filter((other) => other !== sandbox && holdsSomething(other, world)).map(({ id }) => id);
  if (sandbox === undefined) {
    const attempt = (world.sandboxes[0]?.metadata.attempt ?? -1) + 1;
    return { ...nothing, killSandboxes, ...(killSandboxes.length === 0 ? { createSandbox: { attempt } } : {}) };
  }
  return { ...containerActions({ pod, world, sandbox, now, health }), killSandboxes };
}

const nothing = { stop: [], start: [], waiting: [] };

function holdsSomething(sandbox: SandboxStatus, world: PodWorld): boolean {
  return sandbox.state === 'ready' || world.containers.some((container) => container.sandboxId === sandbox.id && isAlive(container));
}

function containerActions(input: PlanInput): Omit<PodActions, 'killSandboxes'> {
  const { pod, world } = input;
  const init = planInit(input);
  // Those that look at the others may start before the pod is initialized.
  const ephemeral = ephemeralContainersOf(pod).map((container) => planEphemeral(pod, container, latestOf(world, container.name)));
  const plans = [...ephemeral, ...init.plans, ...(init.complete ? containersOf(pod).map((container) => planRegular(input, container)) : [])];
  const waiting = plans.flatMap((plan) => (plan.do === 'wait' ? [plan.waiting] : []));
  const wakeAt = Math.min(...waiting.map(({ until }) => until));
  return {
    stop: [...initContainersOf(pod).filter(isSidecar), ...containersOf(pod)].flatMap((container) => stopOf(input, container)),
    start: plans.flatMap((plan) => (plan.do === 'start' ? [plan.start] : [])),
    waiting,
    ...(Number.isFinite(wakeAt) ? { wakeAt } : {}),
  };
}

function planRegular({ pod, world, sandbox, now, health }: PlanInput, container: Container): ContainerPlan {
  const here = latestIn(world, container.name, sandbox.id);
  const verdict = here?.state === 'exited' ? health(container, here.id) : undefined;
  if (here !== undefined && verdict?.renewed === true) return planRenewal(container, here);
  if (here !== undefined && verdict?.ended === true) return planRestart(pod, container, here, now);
  if (here !== undefined) return planStart(pod, container, here, now);
  // What ended in an earlier sandbox counts: a container that is through is not started again because the sandbox died.
  const former = latestOf(world, container.name);
  const plan = planStart(pod, container, former, now);
  if (plan.do !== 'wait' || former === undefined) return plan;
  // It went down with its sandbox (the engine or the machine was restarted): that is no failure of its own to wait for.
  return { do: 'start', start: { container, attempt: former.attempt + 1, followingDelay: restartDelay(former) } };
}

/** A running container that must not go on: its image is another one, or a probe has failed it. */
function stopOf({ pod, world, sandbox, health }: PlanInput, container: Container): StopContainer[] {
  const running = latestIn(world, container.name, sandbox.id);
  if (running === undefined || !isAlive(running)) return [];
  return [...changedImage(container, running), ...failedProbe(pod, container, running, health)].slice(0, 1);
}

/** The image is the one field of a container that an update may change: the old one is stopped, the new one follows as a restart. */
function changedImage(container: Container, running: ContainerStatus): StopContainer[] {
  const made = running.annotations[IMAGE_ANNOTATION];
  if (made === undefined || made === container.image) return [];
  return [{ id: running.id, name: container.name, message: `Container ${container.name} definition changed, will be restarted`, restarts: true, renews: true }];
}

function failedProbe(pod: Pod, container: Container, running: ContainerStatus, health: HealthOf): StopContainer[] {
  const { failed } = health(container, running.id);
  if (failed === undefined) return [];
  const restarts = isSidecar(container) || restartPolicyOf(pod) !== 'Never';
  const message = `Container ${container.name} failed ${failed} probe${restarts ? ', will be restarted' : ''}`;
  return [{ id: running.id, name: container.name, message, restarts, ...graceOfProbe(container, failed) }];
}

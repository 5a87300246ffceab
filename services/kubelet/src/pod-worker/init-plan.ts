import type { SandboxStatus } from '@gantry/container-runtime';
import { containersOf, initContainersOf, isSidecar, restartPolicyOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { latestIn, latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { planRestart, planStart } from './start-plan.js';
import type { ContainerPlan } from './start-plan.js';

export interface InitPlan {
  readonly plans: readonly ContainerPlan[];
  /** The other containers may run. */
  readonly complete: boolean;
}

/**
 * Init containers run one after another, each to its good end; a sidecar only has to have started. In a new sandbox all run
 * again. Once a regular container was made in this sandbox the ordinary ones are history, and only sidecars are looked after.
 */
export function planInit(pod: Pod, world: PodWorld, sandbox: SandboxStatus, now: number): InitPlan {
  const passed = containersOf(pod).some((container) => latestIn(world, container.name, sandbox.id) !== undefined);
  const plans: ContainerPlan[] = [];
  for (const container of initContainersOf(pod)) {
    if (passed && !isSidecar(container)) continue;
    const plan = planOne(pod, container, world, sandbox, now);
    plans.push(plan);
    if (!passed && !isThrough(container, plan)) return { plans, complete: false };
  }
  return { plans, complete: true };
}

/** Whether the next one's turn has come. */
function isThrough(container: Container, plan: ContainerPlan): boolean {
  return isSidecar(container) ? plan.do === 'keep' : plan.do === 'done' && plan.exitCode === 0;
}

function planOne(pod: Pod, container: Container, world: PodWorld, sandbox: SandboxStatus, now: number): ContainerPlan {
  const here = latestIn(world, container.name, sandbox.id);
  if (here !== undefined) return isSidecar(container) ? planStart(pod, container, here, now) : planInitStart(pod, container, here, now);
  const earlier = latestOf(world, container.name);
  return earlier === undefined ? planStart(pod, container, undefined, now) : planRestart(pod, container, earlier, now);
}

/** An ordinary one that ended well is through even where the pod's policy is Always. */
function planInitStart(pod: Pod, container: Container, here: Parameters<typeof planRestart>[2], now: number): ContainerPlan {
  if (here.state !== 'exited') return planStart(pod, container, here, now);
  if (here.exitCode === 0 || restartPolicyOf(pod) === 'Never') return { do: 'done', exitCode: here.exitCode };
  return planRestart(pod, container, here, now);
}

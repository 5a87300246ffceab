import { containersOf, initContainersOf, isSidecar, restartPolicyOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { latestIn, latestOf } from '../pods/world.js';
import type { PlanInput } from './plan-input.js';
import { planRenewal, planRestart, planStart } from './start-plan.js';
import type { ContainerPlan } from './start-plan.js';

export interface InitPlan {
  readonly plans: readonly ContainerPlan[];
  /** The other containers may run. */
  readonly complete: boolean;
}

/**
 * Init containers run one after another, each to its good end; a sidecar only has to have started, by its startup probe where it has one. In a new sandbox all run
 * again. Once a regular container was made in this sandbox the ordinary ones are history, and only sidecars are looked after.
 */
export function planInit(input: PlanInput): InitPlan {
  const { pod, world, sandbox } = input;
  const passed = containersOf(pod).some((container) => latestIn(world, container.name, sandbox.id) !== undefined);
  const plans: ContainerPlan[] = [];
  for (const container of initContainersOf(pod)) {
    if (passed && !isSidecar(container)) continue;
    const plan = planOne(input, container);
    plans.push(plan);
    if (!passed && !isThrough(input, container, plan)) return { plans, complete: false };
  }
  return { plans, complete: true };
}

/** Whether the next one's turn has come. */
function isThrough({ world, sandbox, health }: PlanInput, container: Container, plan: ContainerPlan): boolean {
  if (!isSidecar(container)) return plan.do === 'done' && plan.exitCode === 0;
  const here = latestIn(world, container.name, sandbox.id);
  return plan.do === 'keep' && here !== undefined && health(container, here.id).started;
}

function planOne({ pod, world, sandbox, now, health }: PlanInput, container: Container): ContainerPlan {
  const here = latestIn(world, container.name, sandbox.id);
  if (here?.state === 'exited' && isSidecar(container) && health(container, here.id).renewed === true) return planRenewal(container, here);
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

import type { coreV1 } from '@gantry/api-types';
import { RESIZE_CONDITIONS } from '../resize/pod-resize.js';
import { initContainersOf, isSidecar } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { Phase, Statuses } from './phase.js';

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: Phase;
  readonly statuses: Statuses;
  /** There is a sandbox with its network. */
  readonly sandboxReady: boolean;
}

type Verdict = Omit<coreV1.PodCondition, 'lastTransitionTime' | 'observedGeneration' | 'lastProbeTime'>;

/** The conditions that a kubelet owns, in the order in which they are written; others belong to whoever set them. */
export function ownConditions(input: ConditionInput): Verdict[] {
  return [
    { type: 'PodReadyToStartContainers', status: input.sandboxReady ? 'True' : 'False' },
    initialized(input),
    ready(input),
    containersReady(input),
    { type: 'PodScheduled', status: 'True' },
  ];
}

function initialized({ pod, phase, statuses }: ConditionInput): Verdict {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const started = statuses.regular.some((status) => status.containerID !== undefined && status.state?.waiting === undefined);
  const incomplete = initContainersOf(pod).filter((container) => {
    const status = statuses.init.find(({ name }) => name === container.name);
    return isSidecar(container) ? status?.started !== true && !started : status?.state?.terminated?.exitCode !== 0 && !started;
  });
  if (incomplete.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: ${nameList(incomplete)}` };
}

function containersReady({ pod, phase, statuses }: ConditionInput): Verdict {
  const type = 'ContainersReady';
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  const sidecars = new Set(initContainersOf(pod).filter(isSidecar).map(({ name }) => name));
  const counted = [...statuses.init.filter(({ name }) => sidecars.has(name)), ...statuses.regular];
  const unready = counted.filter((status) => !status.ready);
  if (unready.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${nameList(unready)}` };
}

function ready(input: ConditionInput): Verdict {
  const containers = containersReady(input);
  if (containers.status !== 'True') return { ...containers, type: 'Ready' };
  const missing = (input.pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => gateMessage(input.pod, conditionType));
  if (missing.length === 0) return { type: 'Ready', status: 'True' };
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
}

function gateMessage(pod: Pod, type: string): string[] {
  const condition = pod.status?.conditions?.find((each) => each.type === type);
  if (condition === undefined) return [`corresponding condition of pod readiness gate "${type}" does not exist.`];
  return condition.status === 'True' ? [] : [`the status of pod readiness gate "${type}" is not "True", but ${condition.status}`];
}

function nameList(named: readonly { name: string }[]): string {
  return `[${named.map(({ name }) => name).join(' ')}]`;
}

/** Those of which there is no verdict do not hold any more. */
const passing: ReadonlySet<string> = new Set(RESIZE_CONDITIONS);

/** Verdicts as conditions: the time of an unchanged one stays, foreign ones stay as they are. */
export function mergeConditions(previous: readonly coreV1.PodCondition[], verdicts: readonly Verdict[], generation: number | undefined, now: string): coreV1.PodCondition[] {
  const own = verdicts.map((verdict): coreV1.PodCondition => {
    const before = previous.find(({ type }) => type === verdict.type);
    return {
      ...verdict,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: before?.status === verdict.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : now,
    };
  });
  return [...own, ...previous.filter(({ type }) => !passing.has(type) && !verdicts.some((verdict) => verdict.type === type))];
}

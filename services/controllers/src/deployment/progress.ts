import type { appsV1 } from '@gantry/api-types';
import { parseTime } from '@gantry/controller';
import type { Condition } from './conditions.js';
import { findCondition, forcedCondition, newCondition, withCondition, withoutCondition } from './conditions.js';
import type { Draft } from './draft.js';
import { draftName } from './draft.js';
import { wantedReplicas } from './fenceposts.js';

type Status = appsV1.DeploymentStatus;

const NO_DEADLINE = 2 ** 31 - 1;

/** Milliseconds that a rollout may go without progress; undefined where it may for ever. */
export function progressDeadline(deployment: appsV1.Deployment): number | undefined {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds === undefined || seconds === NO_DEADLINE ? undefined : seconds * 1000;
}

/** Whether every wanted pod is of the newest template and available, and nothing of the old is left. */
export function isComplete(deployment: appsV1.Deployment, status: Status): boolean {
  const wanted = wantedReplicas(deployment);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status;
  return updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted && observedGeneration >= (deployment.metadata?.generation ?? 0);
}

function madeProgress(before: Status, after: Status): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: Status) => replicas - updatedReplicas;
  const grew = (field: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas') => (after[field] ?? 0) > (before[field] ?? 0);
  return grew('updatedReplicas') || old(after) < old(before) || grew('readyReplicas') || grew('availableReplicas');
}

function hasTimedOut(deadline: number, condition: Condition | undefined, now: number): boolean {
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  return condition.reason === 'ProgressDeadlineExceeded' || parseTime(condition.lastUpdateTime) + deadline < now;
}

function subject(deployment: appsV1.Deployment, newest: Draft | undefined): string {
  return newest === undefined ? `Deployment "${deployment.metadata?.name}"` : `ReplicaSet "${draftName(newest)}"`;
}

/** The conditions after a step of the rollout: Progressing is complete, progressing, timed out or as it was. */
export function withProgress(deployment: appsV1.Deployment, newest: Draft | undefined, status: Status, now: number): Condition[] {
  const conditions = status.conditions ?? [];
  const deadline = progressDeadline(deployment);
  if (deadline === undefined) return withoutCondition(conditions, 'Progressing');
  const current = findCondition(conditions, 'Progressing');
  const wasComplete = current?.reason === 'NewReplicaSetAvailable' && (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  if (wasComplete) return conditions;
  const who = subject(deployment, newest);
  if (isComplete(deployment, status)) return withCondition(conditions, newCondition('Progressing', 'True', 'NewReplicaSetAvailable', `${who} has successfully progressed.`, now));
  if (madeProgress(deployment.status ?? {}, status)) return forcedCondition(conditions, newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${who} is progressing.`, now));
  if (hasTimedOut(deadline, current, now)) return withCondition(conditions, newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', `${who} has timed out progressing.`, now));
  return conditions;
}

/** Conditions for a deployment that was paused or resumed since. A timeout that was reported stays reported. */
export function withPause(deployment: appsV1.Deployment, now: number): Condition[] {
  const conditions = deployment.status?.conditions ?? [];
  const current = findCondition(conditions, 'Progressing');
  if (progressDeadline(deployment) === undefined || current?.reason === 'ProgressDeadlineExceeded') return conditions;
  const wasPaused = current?.reason === 'DeploymentPaused';
  if (deployment.spec?.paused === true && !wasPaused) return withCondition(conditions, newCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', now));
  if (deployment.spec?.paused !== true && wasPaused) return withCondition(conditions, newCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now));
  return conditions;
}

/** The failure of a replica set to make its pods, the newest's before the others'. */
export function withReplicaFailure(newest: Draft | undefined, all: readonly Draft[], conditions: readonly Condition[]): Condition[] {
  const ordered = newest === undefined ? all : [newest, ...all];
  const failure = ordered.flatMap(({ current }) => current.status?.conditions ?? []).find(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure');
  return withCondition(conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime });
}

/** Milliseconds until a rollout that makes no progress would time out; undefined where it need not be looked at. */
export function untilDeadline(deployment: appsV1.Deployment, status: Status, now: number): number | undefined {
  const deadline = progressDeadline(deployment);
  const current = findCondition(status.conditions, 'Progressing');
  if (deadline === undefined || current === undefined || isComplete(deployment, status)) return undefined;
  if (current.reason === 'ProgressDeadlineExceeded' || current.reason === 'NewReplicaSetAvailable' || deployment.spec?.paused === true) return undefined;
  return Math.max(1000, parseTime(current.lastUpdateTime) + deadline - now + 1000);
}

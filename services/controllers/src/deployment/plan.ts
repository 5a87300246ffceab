import type { appsV1, coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { controllerOf, isBeingDeleted } from '../ownership/controller-ref.js';
import { isPodFinished } from '../pods/pod-status.js';
import { findCondition, forcedCondition, newCondition, withCondition } from './conditions.js';
import type { Draft } from './draft.js';
import { draftName, draftOf, isChanged, REVISION, scaleTo, specReplicas, written } from './draft.js';
import { isRollingUpdate, wantedReplicas } from './fenceposts.js';
import { buildReplicaSet, findNewest } from './new-replica-set.js';
import { isComplete, progressDeadline, untilDeadline, withPause, withProgress, withReplicaFailure } from './progress.js';
import { annotateNewest, beyondHistory } from './revisions.js';
import { growNewest, shrinkOld, sizeOfNewest } from './rolling.js';
import { isScalingEvent, scale } from './scaling.js';
import { computeStatus } from './status.js';

/** What a deployment's controller sees. */
export interface DeploymentWorld {
  /** The replica sets that the deployment controls. */
  readonly replicaSets: readonly appsV1.ReplicaSet[];
  /** The pods of those replica sets. */
  readonly pods: readonly coreV1.Pod[];
  /** Milliseconds of the epoch. */
  readonly now: number;
}

export interface Resize {
  readonly from: number;
  readonly to: number;
}

/** One step, to be carried out in this order: create, updates, deletes, status, revision. */
export interface DeploymentPlan {
  readonly create?: appsV1.ReplicaSet;
  /** The whole objects, to be written over the revisions that were read; `resize` where the size changes. */
  readonly updates: readonly { readonly replicaSet: appsV1.ReplicaSet; readonly resize?: Resize }[];
  readonly deletes: readonly appsV1.ReplicaSet[];
  /** Absent where it is as it was. */
  readonly status?: appsV1.DeploymentStatus;
  /** The deployment's revision annotation, where it must change. */
  readonly revision?: string;
  /** Milliseconds. */
  readonly requeueAfter?: number;
}

/** What the strategies work on: drafts that they change. */
interface Rollout {
  readonly deployment: appsV1.Deployment;
  readonly world: DeploymentWorld;
  newest: Draft | undefined;
  readonly old: readonly Draft[];
  /** Whether only scaling is due, not a step of a rollout. */
  scalingOnly: boolean;
}

function begin(deployment: appsV1.Deployment, world: DeploymentWorld): Rollout {
  const drafts = world.replicaSets.map((replicaSet) => draftOf(replicaSet));
  const newest = findNewest(deployment, drafts);
  const old = drafts.filter((draft) => draft !== newest);
  if (newest !== undefined) {
    annotateNewest(deployment, newest, old);
    newest.minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
  }
  return { deployment, world, newest, old, scalingOnly: false };
}

function all({ newest, old }: Rollout): readonly Draft[] {
  return newest === undefined ? old : [...old, newest];
}

function createNewest(rollout: Rollout): Draft {
  const { deployment, old } = rollout;
  const draft = draftOf(buildReplicaSet(deployment), true);
  const size = isRollingUpdate(deployment) ? sizeOfNewest(deployment, draft, [...old, draft]) : wantedReplicas(deployment);
  scaleTo(draft, size, deployment);
  annotateNewest(deployment, draft, old);
  rollout.newest = draft;
  return draft;
}

function rollingStep(rollout: Rollout): void {
  const { deployment, old } = rollout;
  const newest = rollout.newest ?? createNewest(rollout);
  if (newest.isNew) return;
  if (!growNewest(deployment, newest, [...old, newest])) shrinkOld(deployment, newest, old);
}

/** Whether a pod of an old template may still run: Recreate promises that none does when the first new one starts. */
function oldPodsRun({ newest, old, world }: Rollout): boolean {
  if (old.some(({ current }) => (current.status?.replicas ?? 0) > 0)) return true;
  const newestUid = newest?.current.metadata?.uid;
  return world.pods.some((pod) => controllerOf(pod)?.uid !== newestUid && !isPodFinished(pod));
}

function recreateStep(rollout: Rollout): void {
  const { deployment, old } = rollout;
  const running = old.filter(({ replicas }) => replicas > 0);
  running.forEach((draft) => scaleTo(draft, 0, deployment));
  if (running.length > 0 || oldPodsRun(rollout)) return;
  const newest = rollout.newest ?? createNewest(rollout);
  if (!newest.isNew) scaleTo(newest, wantedReplicas(deployment), deployment);
}

function step(rollout: Rollout): void {
  const { deployment } = rollout;
  rollout.scalingOnly = deployment.spec?.paused === true || isScalingEvent(deployment, all(rollout));
  if (rollout.scalingOnly) scale(deployment, rollout.newest, rollout.old);
  else if (isRollingUpdate(deployment)) rollingStep(rollout);
  else recreateStep(rollout);
}

/** A rollout starts its clock when its replica set is made, or first found. */
function withStart({ deployment, newest, world }: Rollout, status: appsV1.DeploymentStatus): appsV1.DeploymentStatus {
  const conditions = status.conditions ?? [];
  if (newest === undefined || progressDeadline(deployment) === undefined) return status;
  if (newest.isNew) {
    const created = newCondition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${draftName(newest)}"`, world.now);
    return { ...status, conditions: forcedCondition(conditions, created) };
  }
  if (findCondition(conditions, 'Progressing') !== undefined) return status;
  const found = newCondition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${draftName(newest)}"`, world.now);
  return { ...status, conditions: withCondition(conditions, found) };
}

function statusOf(rollout: Rollout): appsV1.DeploymentStatus {
  const { deployment, newest, world } = rollout;
  const paused = { ...deployment, status: { ...deployment.status, conditions: withPause(deployment, world.now) } };
  const status = withStart(rollout, computeStatus(paused, newest, all(rollout), world.now));
  if (rollout.scalingOnly) return status;
  const progressed = newest?.isNew === true ? (status.conditions ?? []) : withProgress(deployment, newest, status, world.now);
  return { ...status, conditions: withReplicaFailure(newest, all(rollout), progressed) };
}

function resizeOf(draft: Draft): Resize | undefined {
  const from = specReplicas(draft.current);
  return from === draft.replicas ? undefined : { from, to: draft.replicas };
}

function finish(rollout: Rollout, status: appsV1.DeploymentStatus): DeploymentPlan {
  const { deployment, newest, world } = rollout;
  const changed = all(rollout).filter((draft) => !draft.isNew && isChanged(draft));
  const disposes = deployment.spec?.paused === true || (!rollout.scalingOnly && isComplete(deployment, status));
  const revision = newest?.annotations[REVISION];
  return {
    create: newest?.isNew === true ? written(newest) : undefined,
    updates: changed.map((draft) => ({ replicaSet: written(draft), resize: resizeOf(draft) })),
    deletes: disposes ? beyondHistory(deployment, rollout.old).map(({ current }) => current) : [],
    status: deepEqual(status, deployment.status ?? {}) ? undefined : status,
    revision: revision === deployment.metadata?.annotations?.[REVISION] ? undefined : revision,
    requeueAfter: untilDeadline(deployment, status, world.now),
  };
}

/** The next step of a deployment: pure, so that every state can be tried in a table. */
export function computePlan(deployment: appsV1.Deployment, world: DeploymentWorld): DeploymentPlan {
  if (!isBeingDeleted(deployment)) {
    const rollout = begin(deployment, world);
    step(rollout);
    return finish(rollout, statusOf(rollout));
  }
  const drafts = world.replicaSets.map((replicaSet) => draftOf(replicaSet));
  const status = computeStatus(deployment, findNewest(deployment, drafts), drafts, world.now);
  return { updates: [], deletes: [], status: deepEqual(status, deployment.status ?? {}) ? undefined : status };
}

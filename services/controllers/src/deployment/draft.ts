import type { appsV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { fenceposts, wantedReplicas } from './fenceposts.js';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** A replica set while a plan is made: what was read, and what it shall be. */
export interface Draft {
  /** As read; for one that is to be created, as it shall be but for replicas and annotations. */
  readonly current: appsV1.ReplicaSet;
  readonly isNew: boolean;
  replicas: number;
  minReadySeconds: number;
  annotations: Record<string, string>;
}

export function draftOf(replicaSet: appsV1.ReplicaSet, isNew = false): Draft {
  return {
    current: replicaSet,
    isNew,
    replicas: isNew ? 0 : specReplicas(replicaSet),
    minReadySeconds: replicaSet.spec?.minReadySeconds ?? 0,
    annotations: { ...replicaSet.metadata?.annotations },
  };
}

export function specReplicas(replicaSet: appsV1.ReplicaSet): number {
  return replicaSet.spec?.replicas ?? 1;
}

export function draftName(draft: Draft): string {
  return draft.current.metadata?.name ?? '';
}

export function availableReplicas(draft: Draft): number {
  return draft.current.status?.availableReplicas ?? 0;
}

/** Sum of the replicas that the drafts ask for. */
export function totalReplicas(drafts: readonly Draft[]): number {
  return drafts.reduce((sum, { replicas }) => sum + replicas, 0);
}

export function totalAvailable(drafts: readonly Draft[]): number {
  return drafts.reduce((sum, draft) => sum + availableReplicas(draft), 0);
}

/** The number in an annotation; undefined where there is none. */
export function annotatedNumber(draft: Draft, annotation: string): number | undefined {
  const text = draft.annotations[annotation];
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** Sets the size, and writes down what the deployment wanted then: proportional scaling later needs it. */
export function scaleTo(draft: Draft, replicas: number, deployment: appsV1.Deployment): boolean {
  const changed = draft.replicas !== replicas;
  const wanted = wantedReplicas(deployment);
  draft.replicas = replicas;
  draft.annotations[DESIRED_REPLICAS] = String(wanted);
  draft.annotations[MAX_REPLICAS] = String(wanted + fenceposts(deployment).maxSurge);
  return changed;
}

/** Whether the draft differs from what was read. */
export function isChanged(draft: Draft): boolean {
  const { current } = draft;
  const same = draft.replicas === specReplicas(current) && draft.minReadySeconds === (current.spec?.minReadySeconds ?? 0) && deepEqual(draft.annotations, current.metadata?.annotations ?? {});
  return draft.isNew || !same;
}

/** The replica set as it shall be written. */
export function written(draft: Draft): appsV1.ReplicaSet {
  const { current } = draft;
  return {
    ...current,
    metadata: { ...current.metadata, annotations: draft.annotations },
    spec: { ...current.spec, selector: current.spec?.selector ?? {}, replicas: draft.replicas, minReadySeconds: draft.minReadySeconds },
  };
}

function createdAt({ current }: Draft): string {
  return current.metadata?.creationTimestamp ?? '~';
}

/** By age, then by name: every controller that sees the same objects orders them the same. */
export function oldestFirst(a: Draft, b: Draft): number {
  const order = createdAt(a) < createdAt(b) ? -1 : createdAt(a) > createdAt(b) ? 1 : 0;
  return order !== 0 ? order : draftName(a) < draftName(b) ? -1 : 1;
}

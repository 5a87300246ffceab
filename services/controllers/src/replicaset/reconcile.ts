import type { appsV1, coreV1, metaV1 } from '@gantry/api-types';
import { deepEqual, isNotFound, selectorFromObject } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { PODS } from '@gantry/client';
import type { EventRecorder, EventType, Expectations, Reconcile, ReconcileResult } from '@gantry/controller';
import { computeClaims } from '../ownership/claims.js';
import { controllerReference, keyOf } from '../ownership/controller-ref.js';
import { isNamespaceTerminating, readLive, settleClaims } from '../ownership/settle-claims.js';
import { isPodActive } from '../pods/pod-status.js';
import type { ReplicaSetPlan } from './plan.js';
import { computePlan, slowStartBatches } from './plan.js';
import { podFromTemplate } from './pod-template.js';
import type { ReplicaKind } from './replica-kind.js';
import type { ReplicaFailure } from './status.js';
import { computeStatus, untilAvailable } from './status.js';

type ReplicaSet = appsV1.ReplicaSet;
type Pod = coreV1.Pod;

/** What the reconcile reads and writes with; reads are from caches. */
export interface ReplicaSetDependencies {
  readonly kind: ReplicaKind;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly expectations: Expectations;
  readonly replicaSet: (key: string) => ReplicaSet | undefined;
  /** Pods that it controls, and orphans of its namespace. */
  readonly candidates: (replicaSet: ReplicaSet) => readonly Pod[];
  /** Pods of all replica sets that the same deployment controls. */
  readonly relatedPods: (replicaSet: ReplicaSet) => readonly Pod[];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function record({ recorder, kind }: ReplicaSetDependencies, replicaSet: ReplicaSet, type: EventType, reason: string, message: string): void {
  recorder.event({ ...replicaSet, apiVersion: kind.apiVersion, kind: kind.resource.kind }, { type, reason, message });
}

function referenceTo({ kind }: ReplicaSetDependencies, replicaSet: ReplicaSet): metaV1.OwnerReference {
  return controllerReference(replicaSet, kind.apiVersion, kind.resource.kind);
}

function podsOf({ client }: ReplicaSetDependencies, replicaSet: ReplicaSet) {
  return client.resource(PODS, replicaSet.metadata?.namespace);
}

async function claimPods(context: ReplicaSetDependencies, replicaSet: ReplicaSet): Promise<Pod[]> {
  const { name = '', namespace = '' } = replicaSet.metadata ?? {};
  const claims = computeClaims(replicaSet, selectorFromObject(replicaSet.spec?.selector), context.candidates(replicaSet));
  return settleClaims(
    { ...claims, adopt: claims.adopt.filter(isPodActive) },
    {
      objects: podsOf(context, replicaSet),
      reference: referenceTo(context, replicaSet),
      liveOwner: () => readLive(context.client.resource(context.kind.resource, namespace), name),
    },
  );
}

async function createPod(context: ReplicaSetDependencies, replicaSet: ReplicaSet): Promise<void> {
  let name: string | undefined;
  try {
    name = (await podsOf(context, replicaSet).create(podFromTemplate(replicaSet, referenceTo(context, replicaSet)))).metadata?.name;
  } catch (error) {
    context.expectations.creationObserved(keyOf(replicaSet));
    if (!isNamespaceTerminating(error)) record(context, replicaSet, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
  record(context, replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${name ?? ''}`);
}

/** All of one batch, then the next; the first error ends it, and what was not started is expected no more. */
async function createPods(context: ReplicaSetDependencies, replicaSet: ReplicaSet, count: number): Promise<void> {
  const key = keyOf(replicaSet);
  context.expectations.expectCreations(key, count);
  let started = 0;
  for (const size of slowStartBatches(count)) {
    started += size;
    const outcomes = await Promise.allSettled(Array.from({ length: size }, () => createPod(context, replicaSet)));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure === undefined) continue;
    for (let skipped = started; skipped < count; skipped += 1) context.expectations.creationObserved(key);
    throw failure.reason;
  }
}

async function deletePod(context: ReplicaSetDependencies, replicaSet: ReplicaSet, { metadata = {} }: Pod): Promise<void> {
  const { name = '', uid = '' } = metadata;
  try {
    await podsOf(context, replicaSet).delete(name, { preconditions: { uid } });
  } catch (error) {
    context.expectations.deletionObserved(keyOf(replicaSet), uid);
    if (isNotFound(error)) return;
    record(context, replicaSet, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
    throw error;
  }
  record(context, replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
}

async function deletePods(context: ReplicaSetDependencies, replicaSet: ReplicaSet, pods: readonly Pod[]): Promise<void> {
  context.expectations.expectDeletions(keyOf(replicaSet), pods.map(({ metadata }) => metadata?.uid ?? ''));
  const outcomes = await Promise.allSettled(pods.map((pod) => deletePod(context, replicaSet, pod)));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** Carries the plan out; a failure is returned, for the status shows it before it is thrown. */
async function carryOut(context: ReplicaSetDependencies, replicaSet: ReplicaSet, plan: ReplicaSetPlan): Promise<{ error: unknown; failure: ReplicaFailure } | undefined> {
  try {
    if (plan.create > 0) await createPods(context, replicaSet, plan.create);
    if (plan.remove.length > 0) await deletePods(context, replicaSet, plan.remove);
    return undefined;
  } catch (error) {
    const reason = plan.create > 0 ? 'FailedCreate' : 'FailedDelete';
    return { error, failure: { reason, message: messageOf(error) } };
  }
}

async function writeStatus(context: ReplicaSetDependencies, replicaSet: ReplicaSet, pods: readonly Pod[], failure: ReplicaFailure | undefined): Promise<void> {
  const { kind } = context;
  const status = computeStatus(replicaSet, pods, failure, context.clock.now());
  if (deepEqual(status, replicaSet.status)) return;
  await context.client.resource(kind.resource, replicaSet.metadata?.namespace).updateStatus(kind.written({ ...replicaSet, status }));
}

async function reconcile(context: ReplicaSetDependencies, replicaSet: ReplicaSet): Promise<ReconcileResult> {
  const upToDate = context.expectations.satisfied(keyOf(replicaSet));
  const pods = await claimPods(context, replicaSet);
  const related = context.relatedPods(replicaSet).filter(isPodActive);
  const failed = await carryOut(context, replicaSet, computePlan(replicaSet, { pods, related, upToDate, now: context.clock.now() }));
  await writeStatus(context, replicaSet, pods, failed?.failure);
  if (failed !== undefined && !isNamespaceTerminating(failed.error)) throw failed.error;
  return { requeueAfter: untilAvailable(replicaSet, pods, context.clock.now()) };
}

/** Moves one replica set one step. */
export function createReconcile(dependencies: ReplicaSetDependencies): Reconcile {
  return async (key) => {
    const replicaSet = dependencies.replicaSet(key);
    if (replicaSet !== undefined) return reconcile(dependencies, replicaSet);
    dependencies.expectations.forget(key);
    return undefined;
  };
}

import type { appsV1, coreV1 } from '@gantry/api-types';
import { deepEqual, isAlreadyExists, isNotFound, selectorFromObject } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { PODS, REPLICASETS } from '@gantry/client';
import type { EventRecorder, EventType, Expectations, Reconcile, ReconcileResult } from '@gantry/controller';
import { computeClaims } from '../ownership/claims.js';
import { controllerReference, isControlledBy, keyOf } from '../ownership/controller-ref.js';
import { isNamespaceTerminating, readLive, settleClaims } from '../ownership/settle-claims.js';
import { isPodActive } from '../pods/pod-status.js';
import type { ReplicaSetPlan } from './plan.js';
import { computePlan, slowStartBatches } from './plan.js';
import { podFromTemplate } from './pod-template.js';
import type { ReplicaFailure } from './status.js';
import { computeStatus, untilAvailable } from './status.js';

type ReplicaSet = appsV1.ReplicaSet;
type Pod = coreV1.Pod;

/** What the reconcile reads and writes with; reads are from caches. */
export interface ReplicaSetDependencies {
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

/** Per replica set, how often a stranger held one of its names. */
type Salts = Map<string, number>;

interface Context extends ReplicaSetDependencies {
  readonly salts: Salts;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function record({ recorder }: Context, replicaSet: ReplicaSet, type: EventType, reason: string, message: string): void {
  recorder.event({ ...replicaSet, apiVersion: 'apps/v1', kind: 'ReplicaSet' }, { type, reason, message });
}

function podsOf({ client }: Context, replicaSet: ReplicaSet) {
  return client.resource(PODS, replicaSet.metadata?.namespace);
}

async function claimPods(context: Context, replicaSet: ReplicaSet): Promise<Pod[]> {
  const { name = '', namespace = '' } = replicaSet.metadata ?? {};
  const claims = computeClaims(replicaSet, selectorFromObject(replicaSet.spec?.selector), context.candidates(replicaSet));
  return settleClaims(
    { ...claims, adopt: claims.adopt.filter(isPodActive) },
    {
      objects: podsOf(context, replicaSet),
      reference: controllerReference(replicaSet, 'apps/v1', 'ReplicaSet'),
      liveOwner: () => readLive(context.client.resource(REPLICASETS, namespace), name),
    },
  );
}

/** Ours that the cache does not show yet: it will. A stranger's: other names are needed. */
async function resolveTakenName(context: Context, replicaSet: ReplicaSet, name: string): Promise<void> {
  const existing = await readLive(podsOf(context, replicaSet), name);
  if (existing === undefined || isControlledBy(existing, replicaSet)) return;
  const uid = replicaSet.metadata?.uid ?? '';
  context.salts.set(uid, (context.salts.get(uid) ?? 0) + 1);
}

async function createPod(context: Context, replicaSet: ReplicaSet, name: string): Promise<void> {
  try {
    await podsOf(context, replicaSet).create(podFromTemplate(replicaSet, name));
  } catch (error) {
    context.expectations.creationObserved(keyOf(replicaSet));
    if (isAlreadyExists(error)) await resolveTakenName(context, replicaSet, name);
    else if (!isNamespaceTerminating(error)) record(context, replicaSet, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
  record(context, replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${name}`);
}

/** All of one batch, then the next; the first error ends it, and what was not started is expected no more. */
async function createPods(context: Context, replicaSet: ReplicaSet, names: readonly string[]): Promise<void> {
  const key = keyOf(replicaSet);
  context.expectations.expectCreations(key, names.length);
  let started = 0;
  for (const size of slowStartBatches(names.length)) {
    const batch = names.slice(started, started + size);
    started += batch.length;
    const outcomes = await Promise.allSettled(batch.map((name) => createPod(context, replicaSet, name)));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure === undefined) continue;
    for (let skipped = started; skipped < names.length; skipped += 1) context.expectations.creationObserved(key);
    throw failure.reason;
  }
}

async function deletePod(context: Context, replicaSet: ReplicaSet, { metadata = {} }: Pod): Promise<void> {
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

async function deletePods(context: Context, replicaSet: ReplicaSet, pods: readonly Pod[]): Promise<void> {
  context.expectations.expectDeletions(keyOf(replicaSet), pods.map(({ metadata }) => metadata?.uid ?? ''));
  const outcomes = await Promise.allSettled(pods.map((pod) => deletePod(context, replicaSet, pod)));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** Carries the plan out; a failure is returned, for the status shows it before it is thrown. */
async function carryOut(context: Context, replicaSet: ReplicaSet, plan: ReplicaSetPlan): Promise<{ error: unknown; failure: ReplicaFailure } | undefined> {
  try {
    if (plan.create.length > 0) await createPods(context, replicaSet, plan.create);
    if (plan.remove.length > 0) await deletePods(context, replicaSet, plan.remove);
    return undefined;
  } catch (error) {
    const reason = plan.create.length > 0 ? 'FailedCreate' : 'FailedDelete';
    return { error, failure: { reason, message: messageOf(error) } };
  }
}

async function writeStatus(context: Context, replicaSet: ReplicaSet, pods: readonly Pod[], failure: ReplicaFailure | undefined): Promise<void> {
  const status = computeStatus(replicaSet, pods, failure, context.clock.now());
  if (deepEqual(status, replicaSet.status)) return;
  await context.client.resource(REPLICASETS, replicaSet.metadata?.namespace).updateStatus({ ...replicaSet, status });
}

async function reconcile(context: Context, replicaSet: ReplicaSet): Promise<ReconcileResult> {
  const upToDate = context.expectations.satisfied(keyOf(replicaSet));
  const pods = await claimPods(context, replicaSet);
  const salt = context.salts.get(replicaSet.metadata?.uid ?? '') ?? 0;
  const related = context.relatedPods(replicaSet).filter(isPodActive);
  const failed = await carryOut(context, replicaSet, computePlan(replicaSet, { pods, related, upToDate, salt, now: context.clock.now() }));
  const shown = failed === undefined || isAlreadyExists(failed.error) ? undefined : failed.failure;
  await writeStatus(context, replicaSet, pods, shown);
  if (failed !== undefined && !isNamespaceTerminating(failed.error)) throw failed.error;
  return { requeueAfter: untilAvailable(replicaSet, pods, context.clock.now()) };
}

/** Moves one replica set one step. */
export function createReconcile(dependencies: ReplicaSetDependencies): Reconcile {
  const context: Context = { ...dependencies, salts: new Map() };
  return async (key) => {
    const replicaSet = context.replicaSet(key);
    if (replicaSet !== undefined) return reconcile(context, replicaSet);
    context.expectations.forget(key);
    return undefined;
  };
}

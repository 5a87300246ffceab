import type { metaV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './graph.js';

/** What a live look at an owner showed. */
export type OwnerState =
  | 'present'
  /** It is not there, or another object has its name. */
  | 'absent'
  /** It is going in the foreground and waits for its dependents. */
  | 'waiting';

export type CollectPlan =
  | { readonly type: 'keep' }
  /** The object has an owner that stays: references to owners that go are taken out, and it lives on. */
  | { readonly type: 'dropReferences'; readonly owners: readonly metaV1.OwnerReference[] }
  | {
      readonly type: 'delete';
      readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan';
      /** Dependents must no longer block it: they wait for each other in a circle. */
      readonly unblock: boolean;
    };

/** What is known when an object is looked at. */
export interface CollectWorld {
  /** By uid, one for each owner reference. */
  readonly owners: ReadonlyMap<string, OwnerState>;
  readonly hasDependents: boolean;
  /** Whether one of its dependents itself waits for dependents. */
  readonly dependentIsGoing: boolean;
}

/** A client that asked for a policy when it deleted the object is not overruled. */
function policyOf(object: KubeObject): 'Foreground' | 'Background' | 'Orphan' {
  const finalizers = object.metadata?.finalizers ?? [];
  if (finalizers.includes(ORPHAN_FINALIZER)) return 'Orphan';
  return finalizers.includes(FOREGROUND_FINALIZER) ? 'Foreground' : 'Background';
}

/** What becomes of a live object, by the states of its owners: pure. */
export function computePlan(object: KubeObject, world: CollectWorld): CollectPlan {
  const references = object.metadata?.ownerReferences ?? [];
  if (references.length === 0) return { type: 'keep' };
  const state = ({ uid }: metaV1.OwnerReference) => world.owners.get(uid) ?? 'present';
  const staying = references.filter((reference) => state(reference) === 'present');
  if (staying.length === references.length) return { type: 'keep' };
  if (staying.length > 0) return { type: 'dropReferences', owners: staying };
  const waiting = references.some((reference) => state(reference) === 'waiting');
  if (waiting && world.hasDependents) return { type: 'delete', propagationPolicy: 'Foreground', unblock: world.dependentIsGoing };
  return { type: 'delete', propagationPolicy: policyOf(object), unblock: false };
}

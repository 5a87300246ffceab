import { rfc3339 } from '@gantry/apimachinery';
import type { KindDescriptor, ResourceObject } from '@gantry/resources';
import { hasSpecFinalizers } from './update.js';

export type PropagationPolicy = 'Foreground' | 'Background' | 'Orphan';

/** What the client asked for. */
export interface DeletionWish {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: PropagationPolicy | undefined;
}

/** `remove`: the object goes now. `mark`: it is to be stored like this, and goes later. `wait`: it is already on its way. */
export type DeletionPlan =
  | { readonly action: 'remove' }
  | { readonly action: 'mark'; readonly object: ResourceObject }
  | { readonly action: 'wait' };

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** What a delete does to an object in this state. `now` is milliseconds since the epoch. */
export function planDeletion(kind: KindDescriptor, object: ResourceObject, wish: DeletionWish, now: number): DeletionPlan {
  const finalizers = finalizersAfter(object.metadata.finalizers ?? [], policyOf(kind, object, wish));
  const isHeld = finalizers.length > 0 || (kind.specFinalizers === true && hasSpecFinalizers(object));
  const grace = kind.strategy.gracePeriodSeconds?.(object, wish.gracePeriodSeconds);
  if (object.metadata.deletionTimestamp !== undefined) return planAgain(object, wish, grace, finalizers, isHeld, now);
  if (!isHeld && !grace) return { action: 'remove' };
  const marked = withMetadata(object, finalizers);
  marked.metadata.deletionTimestamp = rfc3339(now + (grace ?? 0) * 1000);
  if (kind.specFinalizers === true) marked['status'] = { ...(object['status'] as object | undefined), phase: 'Terminating' };
  else marked.metadata.deletionGracePeriodSeconds = grace ?? 0;
  if (object.metadata.generation) marked.metadata.generation = object.metadata.generation + 1;
  return { action: 'mark', object: marked };
}

/** A further delete may shorten the grace or change what is done with dependents; it never starts over. */
function planAgain(object: ResourceObject, wish: DeletionWish, grace: number | undefined, finalizers: readonly string[], isHeld: boolean, now: number): DeletionPlan {
  const { deletionTimestamp, deletionGracePeriodSeconds: before = 0, finalizers: had = [] } = object.metadata;
  const isShorter = grace !== undefined && wish.gracePeriodSeconds !== undefined && grace < before;
  const graceLeft = isShorter ? grace : before;
  if (!isHeld && (graceLeft === 0 || grace === undefined)) return { action: 'remove' };
  if (!isShorter && finalizers.length === had.length && finalizers.every((name) => had.includes(name))) return { action: 'wait' };
  const marked = withMetadata(object, finalizers);
  if (isShorter) {
    const end = Date.parse(deletionTimestamp!) - (before - grace) * 1000;
    // What would have ended already ends now, and still with grace: whoever waits for it is to see this.
    marked.metadata.deletionTimestamp = rfc3339(Math.max(end, now));
    marked.metadata.deletionGracePeriodSeconds = end < now && grace > 0 ? 1 : grace;
  }
  return { action: 'mark', object: marked };
}

/** What the client asked for, else what the object's finalizers say, else what the kind does. */
function policyOf({ orphansByDefault }: KindDescriptor, { metadata: { finalizers = [] } }: ResourceObject, wish: DeletionWish): PropagationPolicy | undefined {
  const isSaid = wish.propagationPolicy !== undefined || finalizers.includes(ORPHAN) || finalizers.includes(FOREGROUND);
  return orphansByDefault === true && !isSaid ? 'Orphan' : wish.propagationPolicy;
}

function finalizersAfter(finalizers: readonly string[], policy: PropagationPolicy | undefined): readonly string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (policy === 'Background') return others;
  return [...others, policy === 'Orphan' ? ORPHAN : FOREGROUND];
}

function withMetadata(object: ResourceObject, finalizers: readonly string[]): ResourceObject {
  const metadata = { ...object.metadata };
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  return { ...object, metadata };
}

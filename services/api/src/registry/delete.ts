import { newConflict } from '@gantry/apimachinery';
import type { Identity } from '../http/authz/identity.js';
import { CachedObject } from '../watch-cache/cached-object.js';
import { currentState, freshState, notFound, opened, put, remove } from './current-state.js';
import type { CurrentState } from './current-state.js';
import { planDeletion } from './deletion-plan.js';
import type { DeletionWish } from './deletion-plan.js';
import { encodeObject } from './encode.js';
import type { RegistryEnvironment } from './environment.js';
import { fromStored, storageKeyOf } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

export interface DeleteRequest extends DeletionWish {
  readonly resource: ServedResource;
  readonly namespace: string;
  readonly name: string;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  /** Given: an object of this name with another UID is not the one that is meant, and is not found. */
  readonly listedUid?: string | undefined;
  readonly identity: Identity;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

/** `removed`: it is gone, in this last state; else it is marked for deletion, in this state. */
export interface DeleteOutcome {
  readonly removed: boolean;
  readonly object: CachedObject;
}

type Step = DeleteOutcome | { readonly current: CurrentState | undefined };

/** Deletes an object, or marks it where grace or finalizers hold it. */
export async function deleteObject(env: RegistryEnvironment, request: DeleteRequest): Promise<DeleteOutcome> {
  const { resource, namespace, name, identity, dryRun } = request;
  const key = storageKeyOf(resource, namespace, name);
  let state = await currentState(env, resource, key, request.signal);
  for (;;) {
    if (state === undefined) throw notFound(resource, name);
    const old = fromStored(resource, state.object.object);
    await env.admission.validate({ operation: 'DELETE', resource, subresource: '', namespace, name, object: undefined, old, identity, dryRun });
    const step = await attemptDelete(env, request, state);
    if ('removed' in step) return step;
    state = step.current;
  }
}

async function attemptDelete(env: RegistryEnvironment, request: DeleteRequest, state: CurrentState): Promise<Step> {
  const failed = failedPrecondition(request, state.object);
  if (failed !== undefined) {
    if (state.fresh) throw failed;
    return { current: await freshState(env, request.resource, state.object.key, request.signal) };
  }
  const plan = planDeletion(request.resource.kind, fromStored(request.resource, state.object.object), request, env.now());
  if (plan.action === 'wait') {
    // Nothing is written, so nothing but another look finds out that the cache was behind and the name is another object's.
    return state.fresh ? { removed: false, object: state.object } : { current: await freshState(env, request.resource, state.object.key, request.signal) };
  }
  return plan.action === 'remove' ? removeNow(env, request, state.object) : mark(env, request, state.object, plan.object);
}

function failedPrecondition({ resource, name, preconditions, listedUid }: DeleteRequest, { object, revision }: CachedObject): Error | undefined {
  if (listedUid !== undefined && listedUid !== object.metadata.uid) return notFound(resource, name);
  const { uid, resourceVersion } = preconditions ?? {};
  // In upstream's words, which name the kind where all other conflicts name the resource.
  const refuse = (cause: string): Error => newConflict({ group: resource.kind.group, resource: resource.kind.kind }, name, cause);
  if (uid !== undefined && uid !== object.metadata.uid) return refuse(`the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid ?? ''}). The object might have been deleted and then recreated`);
  if (resourceVersion === undefined || resourceVersion === String(revision)) return undefined;
  return refuse(`the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${String(revision)}). The object might have been modified`);
}

async function removeNow(env: RegistryEnvironment, { resource, dryRun }: DeleteRequest, existing: CachedObject): Promise<Step> {
  if (dryRun) return { removed: true, object: existing };
  const outcome = await remove(env, resource, existing);
  if (outcome.ok) return { removed: true, object: existing.at(outcome.revisions[0]!) };
  if (outcome.failedOperation > 0) return { current: { object: existing, fresh: false } };
  return { current: outcome.current && { object: opened(env, resource, outcome.current), fresh: true } };
}

async function mark(env: RegistryEnvironment, { resource, dryRun }: DeleteRequest, existing: CachedObject, marked: CachedObject['object']): Promise<Step> {
  const { key, revision, form } = existing;
  const encoded = encodeObject(resource, marked);
  if (dryRun) return { removed: false, object: new CachedObject(form, key, revision, encoded) };
  const outcome = await put(env, resource, key, revision, encoded);
  if (outcome.ok) return { removed: false, object: new CachedObject(form, key, outcome.revisions[0]!, encoded) };
  return { current: outcome.current && { object: opened(env, resource, outcome.current), fresh: true } };
}

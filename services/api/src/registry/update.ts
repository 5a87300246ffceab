import { deepEqual, goQuote, immutableMessage, invalid, isAlreadyExists, modifiedMessage, newBadRequest, newConflict, newInvalid, rfc3339, StatusError } from '@gantry/apimachinery';
import type { FieldError, GroupKind } from '@gantry/apimachinery';
import type { ObjectMetadata, ResourceObject, Strategy, StrategyContext } from '@gantry/resources';
import { keepTimes } from '../field-management/field-tracking.js';
import type { Identity } from '../http/authz/identity.js';
import { CachedObject } from '../watch-cache/cached-object.js';
import type { Claims } from './claims.js';
import { namespaceMessage } from './create.js';
import { currentState, freshState, notFound, opened, put, remove } from './current-state.js';
import type { CurrentState } from './current-state.js';
import { encodeObject } from './encode.js';
import type { RegistryEnvironment } from './environment.js';
import { mayBeRearranged } from './rearranged.js';
import type { Reservation } from './reservation.js';
import { fromStored, storageKeyOf } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

export interface UpdateRequest {
  readonly resource: ServedResource;
  readonly namespace: string;
  readonly name: string;
  /** '' for the resource itself. */
  readonly subresource: string;
  /** The rules of the resource, or those of the subresource. */
  readonly strategy: Strategy;
  /**
   * The object as the client wants it, given the one that is there. Called again when the write lost a race, so every call
   * answers an object of its own; `old` is never changed.
   */
  readonly objectFor: (old: ResourceObject) => ResourceObject;
  /** What a write to a name that does not exist does; undefined: it is not found. */
  readonly createInstead?: (() => Promise<CachedObject>) | undefined;
  readonly identity: Identity;
  /** Writes down who manages what changed, once the defaults are set. Absent: all is managed as before. */
  readonly track?: ((object: ResourceObject, old: ResourceObject) => void) | undefined;
  readonly dryRun: boolean;
  readonly warn: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface UpdateOutcome {
  readonly object: CachedObject;
  readonly created: boolean;
}

const DELETION = ['deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** Losing a race this often in a row means that something rewrites the object all the time. */
const ATTEMPTS = 20;

/** Changes an object by compare-and-swap. What changes nothing writes nothing; what clears the last finalizer of a deleted object deletes it. */
export async function updateObject(env: RegistryEnvironment, request: UpdateRequest): Promise<UpdateOutcome> {
  const { resource, name } = request;
  const key = storageKeyOf(resource, request.namespace, name);
  let state = await currentState(env, resource, key, request.signal);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (state === undefined) {
      if (request.createInstead === undefined) throw notFound(resource, name);
      const object = await createdInstead(request.createInstead);
      if (object !== undefined) return { object, created: true };
      state = await freshState(env, resource, key, request.signal);
      continue;
    }
    const next = await attemptUpdate(env, request, state, attempt);
    if (next instanceof CachedObject) return { object: next, created: false };
    state = next.current;
  }
  throw newConflict(resource.groupResource, name, modifiedMessage);
}

/** undefined: another writer created it first, so that it is to be changed after all. */
async function createdInstead(create: () => Promise<CachedObject>): Promise<CachedObject | undefined> {
  try {
    return await create();
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    throw error;
  }
}

/**
 * The new state, or what to start from the next time. A refusal that rests on a state from the cache is looked at again with a fresh one;
 * a write that failed is not: it may have been done, and would be done twice.
 */
async function attemptUpdate(env: RegistryEnvironment, request: UpdateRequest, state: CurrentState, attempt: number): Promise<Next> {
  let prepared: Prepared;
  try {
    const { object, reservation } = await preparedObject(env, request, state.object);
    prepared = { object, reservation, claims: await claimsFor(env, request, state.object, object, attempt) };
  } catch (error) {
    if (state.fresh || !(error instanceof StatusError)) throw error;
    const current = await freshState(env, request.resource, state.object.key, request.signal);
    if (current?.object.revision === state.object.revision) throw error;
    return { current };
  }
  return store(env, request, state, prepared);
}

interface Prepared {
  readonly object: ResourceObject;
  readonly reservation: Reservation | undefined;
  readonly claims: Claims | undefined;
}

/** What a changed object is to hold; one that goes claims nothing more. */
async function claimsFor(env: RegistryEnvironment, { resource, dryRun }: UpdateRequest, existing: CachedObject, object: ResourceObject, attempt: number): Promise<Claims | undefined> {
  const claimer = env.claimers.get(resource.kind);
  if (claimer === undefined || isFinished(resource, object)) return undefined;
  return claimer.claim({ object, old: existing.object, dryRun, attempt });
}

async function preparedObject(env: RegistryEnvironment, request: UpdateRequest, existing: CachedObject): Promise<Omit<Prepared, 'claims'>> {
  const { resource, strategy, namespace, name, subresource, identity, dryRun } = request;
  const old = fromStored(resource, existing.object);
  const context: StrategyContext = { now: rfc3339(env.now()), userName: identity.name };
  const object = request.objectFor(old);
  checkIdentity(request, object, old);
  checkRevision(request, object, existing);
  object.metadata.resourceVersion = String(existing.revision);
  keepSystemFields(object, old);
  resource.kind.defaults(object);
  if (request.track === undefined) keep(object.metadata, old.metadata, 'managedFields');
  else request.track(object, old);
  const admission = { operation: 'UPDATE' as const, resource, subresource, namespace, name, object, old, identity, dryRun, reservations: [] as Reservation[] };
  await env.admission.admit(admission);
  strategy.prepareForUpdate(object, old, context);
  const errors = [...changedDeletion(object.metadata, old.metadata), ...strategy.validateUpdate(object, old)];
  if (errors.length > 0) throw newInvalid(resource.kind, name, errors);
  for (const text of strategy.warnings?.(object, old) ?? []) request.warn(text);
  await env.admission.validate(admission);
  keepTimes(object, old);
  return { object, reservation: admission.reservations[0] };
}

function checkIdentity({ resource, namespace, name }: UpdateRequest, { metadata }: ResourceObject, old: ResourceObject): void {
  checkName(metadata, name);
  if (resource.kind.namespaced && metadata.namespace && metadata.namespace !== namespace) throw newBadRequest(namespaceMessage);
  if (metadata.uid && metadata.uid !== old.metadata.uid) throw newConflict(resource.groupResource, name, uidMessage(metadata.uid, old.metadata.uid));
}

/** Throws 400 for an object that does not have the name of its path. */
export function checkName(metadata: { readonly name?: string }, wanted: string): void {
  if (!metadata.name) throw newBadRequest(`the name of the object (${wanted} based on URL) was undeterminable: name must be provided`);
  if (metadata.name !== wanted) throw newBadRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${wanted})`);
}

/** Throws 422 for a patch that sets another uid: a PUT names one as a precondition, but what a patch sets is a change. */
export function checkUid(kind: GroupKind, { metadata: { uid } }: ResourceObject, { metadata: old }: ResourceObject): void {
  if (uid && old.uid && uid !== old.uid) throw newInvalid(kind, old.name ?? '', [invalid('metadata.uid', uid, 'field is immutable')]);
}

/** The cause of a conflict: the name is now another object's. */
export function uidMessage(wanted: string, found: string | undefined): string {
  return `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found ?? ''}`;
}

function checkRevision({ resource, name, strategy }: UpdateRequest, { metadata }: ResourceObject, existing: CachedObject): void {
  const wanted = revisionOf(metadata.resourceVersion);
  if (wanted > 0) {
    if (wanted !== existing.revision) throw newConflict(resource.groupResource, name, modifiedMessage);
  } else if (strategy.allowUnconditionalUpdate === false) {
    throw newInvalid({ group: resource.kind.group, kind: resource.kind.resource }, name, [{ type: 'FieldValueInvalid', field: 'metadata.resourceVersion', message: 'Invalid value: 0: must be specified for an update' }]);
  }
}

/** 0 for none. Throws 400 for a text that is no number: upstream answers it by 500. */
function revisionOf(text = ''): number {
  if (text !== '' && !/^\d+$/.test(text)) throw newBadRequest(`strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`);
  return Number(text);
}

/** What no client can change through an update. */
function keepSystemFields(object: ResourceObject, { metadata: old }: ResourceObject): void {
  const { metadata } = object;
  metadata.name = old.name!;
  if (old.namespace === undefined) delete metadata.namespace;
  else metadata.namespace = old.namespace;
  metadata.uid = old.uid!;
  metadata.creationTimestamp = old.creationTimestamp!;
  keep(metadata, old, 'generation');
  if (old.deletionTimestamp !== undefined) metadata.deletionTimestamp = old.deletionTimestamp;
  if (old.deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds;
  delete metadata.selfLink;
}

/** Only a delete deletes. */
function changedDeletion(metadata: ObjectMetadata, old: ObjectMetadata): FieldError[] {
  return DELETION.filter((field) => metadata[field] !== old[field]).map((field) => invalid(`metadata.${field}`, metadata[field], immutableMessage));
}

function keep<T extends object, K extends keyof T>(target: T, source: T, field: K): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}

type Next = CachedObject | { readonly current: CurrentState | undefined };

async function store(env: RegistryEnvironment, request: UpdateRequest, state: CurrentState, { object: wanted, claims, reservation }: Prepared): Promise<Next> {
  const { resource } = request;
  const { object: existing, fresh } = state;
  const object = claims?.object ?? wanted;
  const { form } = resource.cache;
  const { key, revision } = existing;
  const encoded = encodeObject(resource, object);
  if (isSame(existing, encoded.value)) return fresh ? existing : confirmed(env, request, existing);
  if (request.dryRun) return new CachedObject(form, key, revision, encoded);
  const outcome = isFinished(resource, object) ? await remove(env, resource, existing) : await put(env, resource, key, revision, encoded, { claims: claims?.operations ?? [], reservation });
  if (outcome.ok) return new CachedObject(form, key, outcome.revisions[0]!, encoded);
  if (outcome.failedOperation > 0) {
    claims?.refused(outcome.failedOperation - 1);
    return { current: state };
  }
  return { current: outcome.current && { object: opened(env, resource, outcome.current), fresh: true } };
}

/** That nothing is to be changed is true of the newest state or not at all: no compare-and-swap finds out that the cache was behind. */
async function confirmed(env: RegistryEnvironment, { resource, signal }: UpdateRequest, existing: CachedObject): Promise<Next> {
  const current = await freshState(env, resource, existing.key, signal);
  return current?.object.revision === existing.revision ? existing : { current };
}

/** Equal bytes, or the same object with its fields in another order. */
function isSame(existing: CachedObject, value: Uint8Array): boolean {
  const old = existing.stored.value;
  if (old.length !== value.length || existing.stored.schemaHash !== existing.form.schemaHash) return false;
  if (Buffer.compare(old, value) === 0) return true;
  return mayBeRearranged(old, value) && deepEqual(existing.form.decode(old), existing.form.decode(value));
}

/** Marked for deletion, no grace left, and nothing that holds it: this update is the deletion. */
function isFinished({ kind }: ServedResource, object: ResourceObject): boolean {
  const { metadata } = object;
  return metadata.deletionTimestamp !== undefined && !metadata.deletionGracePeriodSeconds && !metadata.finalizers?.length && !(kind.specFinalizers === true && hasSpecFinalizers(object));
}

/** Whether `spec.finalizers` still holds the object. */
export function hasSpecFinalizers(object: ResourceObject): boolean {
  const { finalizers } = (object['spec'] ?? {}) as { finalizers?: unknown[] };
  return finalizers !== undefined && finalizers.length > 0;
}

import { generatedName, newAlreadyExists, newBadRequest, newGenerateNameConflict, newInvalid, newUid, rfc3339, StatusError } from '@gantry/apimachinery';
import type { ResourceObject, StrategyContext } from '@gantry/resources';
import type { AdmissionRequest } from '../admission/chain.js';
import type { Identity } from '../http/authz/identity.js';
import { CachedObject, NOT_STORED } from '../watch-cache/cached-object.js';
import { put } from './current-state.js';
import { encodeObject } from './encode.js';
import type { RegistryEnvironment } from './environment.js';
import { storageKeyOf } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

export interface CreateRequest {
  readonly resource: ServedResource;
  /** From the path; '' for a cluster-scoped object. */
  readonly namespace: string;
  /** Decoded and of the right kind; belongs to this call from here on. */
  readonly object: ResourceObject;
  readonly identity: Identity;
  /** Writes down who manages the fields of the object, once its defaults are set. Absent: nobody does. */
  readonly track?: ((object: ResourceObject) => void) | undefined;
  readonly dryRun: boolean;
  readonly warn: (text: string) => void;
}

const GENERATED_NAME_ATTEMPTS = 8;

/** Creates an object: name, defaults, admission, the kind's own rules, admission again, storage. */
export async function createObject(env: RegistryEnvironment, request: CreateRequest): Promise<CachedObject> {
  const { resource, object } = request;
  const { strategy, defaults } = resource.kind;
  const { name: userName, uid: userUid, groups: userGroups, extra: userExtra } = request.identity;
  const context: StrategyContext = { now: rfc3339(env.now()), userName, userUid, userGroups, userExtra };

  placeObject(request);
  const claimed = fillSystemFields(object, context);
  defaults(object);
  if (request.track === undefined) delete object.metadata.managedFields;
  else request.track(object);
  const attempt = nameObject(object);
  const admission = admissionRequest(request);
  await env.admission.admit(admission);
  strategy.prepareForCreate(object, context);
  checkValid(resource, object);
  for (const text of strategy.warnings?.(object, undefined) ?? []) request.warn(text);
  await env.admission.validate(admission);
  if (!request.dryRun && isRevision(claimed)) throw newBadRequest('resourceVersion should not be set on objects to be created');
  return insert(env, request, admission, attempt);
}

/** What is wrong with an object under a path of another namespace. */
export const namespaceMessage = 'the namespace of the provided object does not match the namespace sent on the request';

/** The object belongs where the path says; one that says something else is refused. */
function placeObject({ resource, namespace, object }: CreateRequest): void {
  const { metadata } = object;
  if (!resource.kind.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== namespace) throw newBadRequest(namespaceMessage);
  metadata.namespace = namespace;
}

/** Answers the resourceVersion that the client gave. */
function fillSystemFields({ metadata }: ResourceObject, { now }: StrategyContext): string | undefined {
  const claimed = metadata.resourceVersion;
  metadata.uid = newUid();
  metadata.creationTimestamp = now;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  delete metadata.resourceVersion;
  return claimed;
}

/** Whether a text names a revision; upstream takes what does not for none at all. */
function isRevision(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text) && Number(text) > 0;
}

/** Gives a generated name where one is asked for; answers how many more may be tried when it is taken. */
function nameObject({ metadata }: ResourceObject): number {
  if (metadata.name || !metadata.generateName) return 0;
  metadata.name = generatedName(metadata.generateName);
  return GENERATED_NAME_ATTEMPTS - 1;
}

function admissionRequest({ resource, namespace, object, identity, dryRun }: CreateRequest): AdmissionRequest {
  return { operation: 'CREATE', resource, subresource: '', namespace, name: object.metadata.name ?? '', object, old: undefined, identity, dryRun, guards: [], reservations: [] };
}

function checkValid({ kind }: ServedResource, object: ResourceObject): void {
  const errors = kind.strategy.validate(object);
  if (errors.length > 0) throw newInvalid(kind, object.metadata.name ?? '', errors);
}

async function insert(env: RegistryEnvironment, request: CreateRequest, admission: AdmissionRequest, moreNames: number, attempt = 0): Promise<CachedObject> {
  const { resource, object, namespace, dryRun } = request;
  const name = object.metadata.name!;
  const key = storageKeyOf(resource, namespace, name);
  const claimer = env.claimers.get(resource.kind);
  const claims = claimer && (await claimer.claim({ object, old: undefined, dryRun, attempt }));
  const encoded = encodeObject(resource, claims?.object ?? object);
  if (dryRun) {
    if (resource.cache.get(key) !== undefined) throw nameTaken(resource, key, object);
    return new CachedObject(resource.cache.form, key, NOT_STORED, encoded);
  }
  const outcome = await put(env, resource, key, 0, encoded, { guards: admission.guards!, claims: claims?.operations ?? [], reservation: admission.reservations![0] });
  if (outcome.ok) return new CachedObject(resource.cache.form, key, outcome.revisions[0]!, encoded);
  if (outcome.failedOperation > admission.guards!.length) {
    claims!.refused(outcome.failedOperation - admission.guards!.length - 1);
    return insert(env, request, admission, moreNames, attempt + 1);
  }
  if (outcome.failedOperation > 0) return insertAgain(env, request, admission, moreNames);
  if (moreNames === 0) throw nameTaken(resource, key, object);
  object.metadata.name = generatedName(object.metadata.generateName!);
  return insert(env, request, admission, moreNames - 1);
}

/** What the create rests on has changed: it is admitted again, by what is there now. */
async function insertAgain(env: RegistryEnvironment, request: CreateRequest, admission: AdmissionRequest, moreNames: number): Promise<CachedObject> {
  const again = { ...admission, guards: [], isRepeated: true };
  await env.admission.admit(again);
  return insert(env, request, again, moreNames);
}

function nameTaken({ cache, groupResource }: ServedResource, key: string, { metadata }: ResourceObject): Error {
  const name = metadata.name!;
  const refusal = metadata.generateName ? newGenerateNameConflict(groupResource, name, 1) : newAlreadyExists(groupResource, name);
  const isGoing = cache.get(key)?.object.metadata.deletionTimestamp !== undefined;
  return isGoing ? new StatusError({ ...refusal.status, message: `object is being deleted: ${refusal.status.message}` }) : refusal;
}

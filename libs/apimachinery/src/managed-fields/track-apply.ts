import { newBadRequest } from '../errors/constructors.js';
import { failure } from '../errors/status-error.js';
import type { StatusError } from '../errors/status-error.js';
import { groupVersionKindText } from '../meta/group-version.js';
import { applyManagers } from './apply-managers.js';
import type { AppliedManagers, FieldConflict } from './apply-managers.js';
import { fieldConflict } from './conflict-message.js';
import { createdFields } from './created-fields.js';
import { isEmpty } from './field-set.js';
import { decodeManagers, manageable, ManagedFieldsError } from './field-managers.js';
import type { FieldManager, ManagedFieldsEntry, RequestManager } from './field-managers.js';
import { allowedByLastApplied, hasLastApplied, setLastApplied } from './last-applied.js';
import { cloneJson } from '../patch/json-object.js';
import { parseGroupVersionKind } from '../schema/schema.js';
import { TypedValueError } from './path-element.js';
import { setEntries, withoutEntries } from './track-update.js';
import type { ManagedObject } from './track-update.js';
import { typedProblem } from './validate.js';
import { changeable } from './versioned-change.js';
import type { FieldVersions, VersionedObject } from './versioned-change.js';

/** Only this manager takes over what its client applied itself before. */
const KUBECTL = 'kubectl';
/** Who managed what was there before somebody first applied. */
const BEFORE = 'before-first-apply';

export interface ApplyRequest {
  /** Of a type that the versions have. Not changed. */
  readonly config: VersionedObject;
  readonly by: RequestManager;
  readonly force: boolean;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** Kind and place of the object as messages name it: `default/web; apps/v1, Kind=Deployment`. */
  readonly title: string;
}

/**
 * Applies a configuration to a live object (`{ metadata: {} }` with kind and version for one that is to be created): answers the new
 * object with its `managedFields`, in which nulls stand for what is gone. Changes neither.
 * @throws StatusError 409 with a cause for each conflict; 400 for a configuration that does not fit its type, which upstream answers by 500
 */
export function trackApply(versions: FieldVersions, live: ManagedObject, request: ApplyRequest): ManagedObject {
  checkConfig(versions, request);
  try {
    return applied(versions, live, request);
  } catch (error) {
    if (error instanceof TypedValueError) throw untyped(versions, live, request, error);
    throw error;
  }
}

/** A live object may have items that nothing tells apart: an update takes them, and nobody can apply to them. */
function untyped(versions: FieldVersions, live: ManagedObject, { by }: ApplyRequest, error: TypedValueError): StatusError {
  const { name = '', namespace = '' } = live.metadata as { name?: string; namespace?: string };
  const title = `${namespace}/${name}; ${groupVersionKindText(parseGroupVersionKind(by.apiVersion, live['kind'] as string))}`;
  const problem = typedProblem(versions.typeOf(by.apiVersion)!, withoutEntries(live)) ?? error.message;
  const isManaged = readManagers(live).length > 0;
  return newBadRequest(isManaged ? `failed to create typed live object (${title}): ${problem}` : `failed to create manager for existing fields: failed to convert new object (${title}) to smd typed: ${problem}`);
}

function applied(versions: FieldVersions, live: ManagedObject, request: ApplyRequest): ManagedObject {
  const { config, by, now } = request;
  const bare = withoutEntries(live);
  const managers = startingManagers(versions, live, bare, request);
  const { object, managers: after } = settled(versions, managers, bare, request);
  const result = cloneJson(object ?? bare) as ManagedObject;
  const timed = object === undefined ? after : after.map((manager) => (isBy(manager, by) ? { ...manager, time: now, entry: undefined } : manager));
  setEntries(result, timed);
  if (by.manager === KUBECTL && hasLastApplied(result)) setLastApplied(result, config);
  return result;
}

function isBy(manager: FieldManager, by: RequestManager): boolean {
  return manager.operation === 'Apply' && manager.manager === by.manager && manager.subresource === by.subresource;
}

function checkConfig(versions: FieldVersions, { config, by, title }: ApplyRequest): void {
  const { metadata } = config as { metadata?: { managedFields?: unknown } };
  if (Array.isArray(metadata?.managedFields)) throw newBadRequest('metadata.managedFields must be nil');
  const problem = typedProblem(versions.typeOf(by.apiVersion)!, config);
  if (problem !== undefined) throw newBadRequest(`failed to create typed patch object (${title}): ${problem}`);
}

function startingManagers(versions: FieldVersions, live: ManagedObject, bare: VersionedObject, { by, now }: ApplyRequest): readonly FieldManager[] {
  const managers = readManagers(live);
  if (managers.length > 0) return managers;
  const set = changeable(manageable(createdFields(versions.typeOf(by.apiVersion)!, bare), versions.ignored), versions);
  return isEmpty(set) ? [] : [{ ...by, manager: BEFORE, operation: 'Update', set, time: now, entry: undefined }];
}

function readManagers(live: ManagedObject): FieldManager[] {
  try {
    return decodeManagers(live.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined, true);
  } catch (error) {
    if (!(error instanceof ManagedFieldsError)) throw error;
    throw failure(500, '', `failed to decode managed fields: ${error.message}`);
  }
}

/** Applies; conflicts with what the client itself applied before, by its annotation, are no conflicts. */
function settled(versions: FieldVersions, managers: readonly FieldManager[], live: VersionedObject, { config, by, force }: ApplyRequest): AppliedManagers {
  const result = applyManagers(versions, managers, live, config, by, force);
  if (result.conflicts.length === 0) return result;
  const left = by.manager === KUBECTL ? notAllowed(versions, live, result.conflicts) : result.conflicts;
  if (left.length > 0) throw fieldConflict(left);
  return applyManagers(versions, managers, live, config, by, true);
}

function notAllowed(versions: FieldVersions, live: VersionedObject, conflicts: readonly FieldConflict[]): readonly FieldConflict[] {
  const isAllowed = allowedByLastApplied(versions, live);
  return isAllowed === undefined ? conflicts : conflicts.filter(({ path }) => !isAllowed(path));
}

import { deepEqual } from '../meta/deep-equal.js';
import { decodeManagers, encodeManagers, ManagedFieldsError } from './field-managers.js';
import type { FieldManager, ManagedFieldsEntry } from './field-managers.js';
import { managersAfterUpdate, managersOfNew } from './update-managers.js';
import type { UpdateBy } from './update-managers.js';
import type { FieldVersions, VersionedObject } from './versioned-change.js';

/** An object whose fields are managed. */
export interface ManagedObject {
  metadata: { uid?: string; managedFields?: unknown[] };
  [field: string]: unknown;
}

/** Fills `managedFields` of an object that is to be created. */
export function trackCreate(versions: FieldVersions, object: ManagedObject, update: UpdateBy): void {
  const given = takenEntries(object);
  const managers = isReset(given) ? [] : (decoded(given, false) ?? []);
  setEntries(object, managers.length === 0 ? managersOfNew(versions, object, update) : managersAfterUpdate(versions, managers, {}, object, update));
}

/**
 * Fills `managedFields` of an object that an update, or a patch other than apply, made of the live one. What the client says of them counts
 * for the object itself and not for a subresource: an empty list, or one empty entry, ends the tracking.
 */
export function trackUpdate(versions: FieldVersions, live: ManagedObject, object: ManagedObject, update: UpdateBy): void {
  const given = takenEntries(object);
  const managers = startingManagers(live, given, update.by.subresource !== '');
  if (managers.length === 0) return;
  setEntries(object, managersAfterUpdate(versions, managers, withoutEntries(live), object, update));
}

function startingManagers(live: ManagedObject, given: readonly ManagedFieldsEntry[] | undefined, isSubresource: boolean): FieldManager[] {
  const stored = live.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined;
  if (isSubresource || given === undefined) return decoded(stored, true) ?? [];
  if (isReset(given)) return [];
  if (deepEqual(given, stored)) return decoded(stored, true) ?? [];
  const managers = decoded(given, false);
  return managers === undefined || managers.length === 0 ? (decoded(stored, true) ?? []) : managers;
}

/** undefined for entries that cannot be read: they do not count. */
function decoded(entries: readonly ManagedFieldsEntry[] | undefined, isTrusted: boolean): FieldManager[] | undefined {
  try {
    return decodeManagers(entries, isTrusted);
  } catch (error) {
    if (error instanceof ManagedFieldsError) return undefined;
    throw error;
  }
}

function isReset(given: readonly ManagedFieldsEntry[] | undefined): boolean {
  return given !== undefined && (given.length === 0 || (given.length === 1 && Object.keys(given[0]!).length === 0));
}

function takenEntries(object: ManagedObject): readonly ManagedFieldsEntry[] | undefined {
  const entries = object.metadata.managedFields;
  delete object.metadata.managedFields;
  return Array.isArray(entries) ? (entries as readonly ManagedFieldsEntry[]) : undefined;
}

/** Sets the entries; none at all are no field. */
export function setEntries(object: ManagedObject, managers: readonly FieldManager[]): void {
  const entries = encodeManagers(managers);
  if (entries === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = entries as unknown[];
}

/** The object without its entries: they are no fields that somebody manages. */
export function withoutEntries(object: ManagedObject): VersionedObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

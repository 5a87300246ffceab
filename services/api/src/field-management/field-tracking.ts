import { deepEqual, trackCreate, trackUpdate, TypedValueError } from '@gantry/apimachinery';
import type { ManagedFieldsEntry, ManagedObject } from '@gantry/apimachinery';
import type { ObjectMetadata, ResourceObject, Strategy } from '@gantry/resources';
import type { ServedResource } from '../registry/served-resource.js';
import { OWN_MANAGER } from './manager-name.js';
import { fieldVersions } from './versions.js';

/** A write whose manager is written down. */
export interface TrackedWrite {
  readonly resource: ServedResource;
  readonly strategy: Strategy;
  readonly subresource: string;
  readonly manager: string;
  /** RFC 3339, whole seconds. */
  readonly now: string;
}

/** Writes down in a new object who manages its fields. */
export function trackCreated(object: ResourceObject, write: TrackedWrite): void {
  const { resource, strategy } = write;
  tracked(object, () => trackCreate(fieldVersions(resource.kind, strategy), object as ManagedObject, updateBy(write)));
}

/** Writes down in a changed object who manages what changed. */
export function trackUpdated(object: ResourceObject, old: ResourceObject, write: TrackedWrite): void {
  const { resource, strategy } = write;
  tracked(object, () => trackUpdate(fieldVersions(resource.kind, strategy), old as ManagedObject, object as ManagedObject, updateBy(write)));
}

/** An object whose lists have elements without keys is managed by nobody, as upstream has it: that is no reason to refuse the write. */
function tracked(object: ResourceObject, track: () => void): void {
  try {
    track();
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    delete object.metadata.managedFields;
  }
}

/** What this server itself writes is its own. */
export function ownTracking(resource: ServedResource, now: string, strategy: Strategy = resource.kind.strategy): { readonly created: (object: ResourceObject) => void; readonly updated: (object: ResourceObject, old: ResourceObject) => void } {
  const subresource = strategy === resource.kind.statusStrategy ? 'status' : '';
  const write = { resource, strategy, subresource, manager: OWN_MANAGER, now };
  return { created: (object) => trackCreated(object, write), updated: (object, old) => trackUpdated(object, old, write) };
}

function updateBy({ resource, subresource, manager, now }: TrackedWrite): Parameters<typeof trackCreate>[2] {
  return { by: { manager, operation: 'Update', apiVersion: resource.apiVersion, subresource }, now };
}

/** Takes back the times of entries where nothing else changed: time alone is no reason to write. */
export function keepTimes(object: ResourceObject, old: ResourceObject): void {
  const entries = object.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined;
  const before = old.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined;
  if (entries === undefined || before === undefined || entries.length !== before.length || !differInTimes(entries, before)) return;
  if (isSameBeside(object, old)) object.metadata.managedFields = old.metadata.managedFields!;
}

/** Whether the entries are the same but for times, and times do differ. */
function differInTimes(entries: readonly ManagedFieldsEntry[], before: readonly ManagedFieldsEntry[]): boolean {
  let differ = false;
  for (const [index, entry] of entries.entries()) {
    const { time, ...other } = before[index]!;
    const { time: now, ...own } = entry;
    if (!deepEqual(own, other)) return false;
    if (time !== now) differ = true;
  }
  return differ;
}

function isSameBeside(object: ResourceObject, old: ResourceObject): boolean {
  for (const name in object) if (name !== 'metadata' && !deepEqual(object[name], old[name])) return false;
  for (const name in old) if (object[name] === undefined && old[name] !== undefined) return false;
  return isSameMetadata(object.metadata, old.metadata);
}

function isSameMetadata({ managedFields: _own, resourceVersion: _ownVersion, ...metadata }: ObjectMetadata, { managedFields: _old, resourceVersion: _oldVersion, ...before }: ObjectMetadata): boolean {
  return deepEqual(metadata, before);
}

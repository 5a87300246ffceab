import { deepEqual } from '../meta/deep-equal.js';
import { difference, hasChildren, intersection, isEmpty, isMember, members, nodeOf, recursiveDifference, union } from './field-set.js';
import type { FieldPath, FieldSet, OpenFieldSet } from './field-set.js';
import { isSameManager, manageable, managerId } from './field-managers.js';
import type { FieldManager, RequestManager } from './field-managers.js';
import { merge } from './merge.js';
import { removeItems } from './remove-items.js';
import { toFieldSet } from './to-field-set.js';
import { withoutChanged } from './update-managers.js';
import type { ValueType } from './value-type.js';
import { changeable, VersionedChange } from './versioned-change.js';
import type { FieldVersions, VersionedObject } from './versioned-change.js';

/** A field that is applied with another value than somebody else manages. */
export interface FieldConflict {
  readonly manager: FieldManager;
  readonly path: FieldPath;
}

export interface AppliedManagers {
  /** undefined: nothing in the object changes. Nulls stand for what is gone. */
  readonly object: VersionedObject | undefined;
  readonly managers: readonly FieldManager[];
  /** Not empty: nothing was applied. */
  readonly conflicts: readonly FieldConflict[];
}

/** What an apply does to an object and to who manages its fields. `managers` are those of the live object. */
export function applyManagers(versions: FieldVersions, managers: readonly FieldManager[], live: VersionedObject, config: VersionedObject, by: RequestManager, force: boolean): AppliedManagers {
  const type = versions.typeOf(by.apiVersion)!;
  const served = managers.filter(({ apiVersion }) => versions.typeOf(apiVersion) !== undefined);
  const earlier = served.find((manager) => isSameManager(manager, by));
  const others = served.filter((manager) => manager !== earlier);
  const applied = toFieldSet(type, config);
  const own: FieldManager = { ...by, set: changeable(isEmpty(versions.ignored) ? applied : recursiveDifference(applied, versions.ignored), versions), time: earlier?.time, entry: undefined };
  const merged = merge(type, live, config) as VersionedObject;
  const object = earlier === undefined ? merged : pruned(versions, merged, earlier, [...others, own]);
  const change = new VersionedChange(versions, live, object);
  const conflicts = force ? [] : conflictsWith(others, change);
  const set = manageable(own.set, versions.ignored);
  const left = [...withoutChanged(others, change), ...(isEmpty(set) ? [] : [{ ...own, set }])];
  return { object: deepEqual(live, object) ? undefined : object, managers: left, conflicts };
}

function conflictsWith(managers: readonly FieldManager[], change: VersionedChange): FieldConflict[] {
  const found = managers.flatMap((manager) => {
    const both = intersection(manager.set, change.in(manager.apiVersion)!.changed);
    return [...members(both)].map((path) => ({ manager, path }));
  });
  const ids = new Map(managers.map((manager) => [manager, managerId(manager)]));
  return found.sort((a, b) => (ids.get(a.manager)! < ids.get(b.manager)! ? -1 : ids.get(a.manager) === ids.get(b.manager) ? 0 : 1));
}

/** Takes away what the manager applied before and does not now, unless somebody else manages it. */
function pruned(versions: FieldVersions, merged: VersionedObject, earlier: FieldManager, managers: readonly FieldManager[]): VersionedObject {
  const at = (object: VersionedObject, from: string, to: string): VersionedObject => (from === to ? object : versions.convert(object, to));
  const version = earlier.apiVersion;
  const type = versions.typeOf(version)!;
  const before = at(merged, versions.apiVersion, version);
  const last = withNamedFields(earlier.set, type);
  let left = removeItems(type, before, last) as VersionedObject;
  left = withOwned(versions, before, left, version, managers);
  left = withDangling(type, before, left, last);
  return at(left, version, versions.apiVersion);
}

/** Puts back what somebody manages now. */
function withOwned(versions: FieldVersions, merged: VersionedObject, left: VersionedObject, version: string, managers: readonly FieldManager[]): VersionedObject {
  const owned = new Map<string, FieldSet>([[version, {}]]);
  for (const { apiVersion, set } of managers) owned.set(apiVersion, union(owned.get(apiVersion) ?? {}, set));
  let [seenMerged, seenLeft, seenIn] = [merged, left, version];
  for (const [apiVersion, set] of owned) {
    if (apiVersion !== seenIn) {
      seenMerged = versions.convert(seenMerged, apiVersion);
      seenLeft = versions.convert(seenLeft, apiVersion);
      seenIn = apiVersion;
    }
    seenLeft = keeping(versions.typeOf(apiVersion)!, seenMerged, seenLeft, set);
  }
  return seenIn === version ? seenLeft : versions.convert(seenLeft, version);
}

function keeping(type: ValueType, merged: VersionedObject, left: VersionedObject, owned: FieldSet): VersionedObject {
  const all = withNamedFields(toFieldSet(type, merged), type);
  const stays = union(withNamedFields(toFieldSet(type, left), type), withNamedFields(owned, type));
  return removeItems(type, merged, difference(all, stays)) as VersionedObject;
}

/** Puts back what was not the manager's before. */
function withDangling(type: ValueType, merged: VersionedObject, left: VersionedObject, last: FieldSet): VersionedObject {
  const gone = difference(withNamedFields(toFieldSet(type, merged), type), withNamedFields(toFieldSet(type, left), type));
  return removeItems(type, merged, intersection(gone, last)) as VersionedObject;
}

/** Makes the declared fields members that have members under them: a set names leaves only. */
function withNamedFields(set: FieldSet, type: ValueType | undefined): FieldSet {
  const level: OpenFieldSet = {};
  for (const element in set) {
    if (element === '.') continue;
    const node = set[element]!;
    const isField = element.startsWith('f:');
    const field = isField ? type?.map?.field(element.slice(2)) : undefined;
    const inner = isField ? field?.type : element.startsWith('k:') ? type?.list?.element : undefined;
    const under = hasChildren(node) ? withNamedFields(node, inner) : undefined;
    const kept = nodeOf(isMember(node) || field?.isDeclared === true, under);
    if (kept !== undefined) level[element] = kept;
  }
  return level;
}

import { createdSet } from './created-set.js';
import { difference, isEmpty, union, unionOf } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { isSameManager, manageable, managerId, seconds, withSet } from './field-managers.js';
import type { FieldManager, RequestManager } from './field-managers.js';
import { VersionedChange } from './versioned-change.js';
import type { FieldVersions, VersionedObject } from './versioned-change.js';

/** Updaters beyond this are gathered in one entry for each version. */
const MOST_UPDATERS = 10;
const GATHERED = 'ancient-changes';

/** A request that does not apply: who makes it, and when. */
export interface UpdateBy {
  readonly by: RequestManager;
  /** RFC 3339, whole seconds. */
  readonly now: string;
}

/** Who manages what of a new object. */
export function managersOfNew(versions: FieldVersions, object: VersionedObject, { by, now }: UpdateBy): FieldManager[] {
  const set = createdSet(versions.typeOf(by.apiVersion)!, object, versions.ignored);
  return isEmpty(set) ? [] : [{ ...by, set, time: now, entry: undefined }];
}

/** Who manages what after an update: whoever changed a field has it, and nobody has what is gone. */
export function managersAfterUpdate(versions: FieldVersions, managers: readonly FieldManager[], before: VersionedObject, after: VersionedObject, update: UpdateBy): FieldManager[] {
  const change = new VersionedChange(versions, before, after);
  const left = withoutChanged(managers, change, update.by);
  const own = manageable(change.in(update.by.apiVersion)!.changed, versions.ignored);
  return isEmpty(own) ? left : capped(taken(left, own, update));
}

/** What an update leaves to those who managed the fields before; whoever made it (`by`) has what is changed again at once. */
export function withoutChanged(managers: readonly FieldManager[], change: VersionedChange, by?: RequestManager): FieldManager[] {
  return managers.flatMap((manager) => {
    const comparison = change.in(manager.apiVersion);
    if (comparison === undefined) return [];
    const keeps = by !== undefined && isSameManager(manager, by) ? manager.set : difference(manager.set, comparison.changed);
    return withSet(manager, difference(keeps, comparison.removed)) ?? [];
  });
}

function taken(managers: FieldManager[], own: FieldSet, { by, now }: UpdateBy): FieldManager[] {
  const at = managers.findIndex((manager) => isSameManager(manager, by));
  const set = at < 0 ? own : union(managers[at]!.set, own);
  const manager: FieldManager = { ...by, set, time: now, entry: undefined };
  if (at < 0) managers.push(manager);
  else managers[at] = manager;
  return managers;
}

/** Gathers the oldest updaters of each version, until there are no more than may be. */
function capped(managers: FieldManager[]): FieldManager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= MOST_UPDATERS) return managers;
  updaters.sort((a, b) => seconds(a) - seconds(b) || (managerId(a) < managerId(b) ? -1 : 1));
  return gathered(managers, updaters);
}

function gathered(managers: readonly FieldManager[], oldest: readonly FieldManager[]): FieldManager[] {
  const buckets = new Map<string, Bucket>();
  const first = new Map<string, FieldManager>();
  let count = oldest.length;
  for (const updater of oldest) {
    if (count <= MOST_UPDATERS) break;
    const { apiVersion } = updater;
    const earlier = first.get(apiVersion);
    if (earlier === undefined) first.set(apiVersion, updater);
    else {
      const bucket = buckets.get(apiVersion);
      if (bucket === undefined) buckets.set(apiVersion, new Bucket(managers, earlier, updater));
      else bucket.add(updater);
      count -= 1;
    }
  }
  const isGathered = (manager: FieldManager): boolean => buckets.get(manager.apiVersion)?.parts.has(manager) === true;
  return [...managers.filter((manager) => !isGathered(manager)), ...[...buckets.values()].map((bucket) => bucket.manager())];
}

/** The updaters of one version that become one. */
class Bucket {
  readonly #identity: RequestManager;
  readonly parts: Set<FieldManager>;
  #time: string | undefined;

  constructor(managers: readonly FieldManager[], first: FieldManager, second: FieldManager) {
    this.#identity = { manager: GATHERED, operation: 'Update', apiVersion: first.apiVersion, subresource: '' };
    this.parts = new Set([managers.find((manager) => isSameManager(manager, this.#identity)) ?? first]);
    this.add(second);
  }

  add(updater: FieldManager): void {
    this.parts.add(updater);
    this.#time = updater.time;
  }

  manager(): FieldManager {
    return { ...this.#identity, set: unionOf([...this.parts].map(({ set }) => set)), time: this.#time, entry: undefined };
  }
}

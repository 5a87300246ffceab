import { decodeManagers, encodeManagers, isSameManager, withSet } from './field-managers.js';
import type { FieldManager, ManagedFieldsEntry, RequestManager } from './field-managers.js';
import { difference, hasPath, setOf } from './field-set.js';
import type { FieldPath } from './field-set.js';

/** The version in which a scale is seen, whatever it is the scale of. */
export const SCALE_VERSION = 'autoscaling/v1';

const REPLICAS: FieldPath = ['f:spec', 'f:replicas'];
const REPLICAS_SET = setOf([REPLICAS]);

type Entries = readonly ManagedFieldsEntry[] | undefined;

/** Who manages the replicas of an object, as managers of its scale. `path` is where the object has them. */
export function entriesOfScale(entries: Entries, path: FieldPath): ManagedFieldsEntry[] | undefined {
  const owners = decodeManagers(entries, true).filter(({ set }) => hasPath(set, path));
  return encodeManagers(owners.map((owner) => ({ ...owner, apiVersion: SCALE_VERSION, set: REPLICAS_SET, entry: undefined })));
}

/**
 * Who manages an object after its scale was written: whoever has the replicas no more loses them, and whoever has them newly gets an entry
 * without a time, as upstream has it. `apiVersion` is the object's.
 */
export function entriesWithScale(entries: Entries, scaleEntries: Entries, path: FieldPath, apiVersion: string): ManagedFieldsEntry[] | undefined {
  const ofScale = decodeManagers(scaleEntries, true);
  const before = decodeManagers(entries, true);
  const hadReplicas = before.filter(({ set }) => hasPath(set, path));
  const taken = ofScale.filter((owner) => hasPath(owner.set, REPLICAS) && !hadReplicas.some((other) => isSameOwner(other, owner)));
  const added: FieldManager[] = taken.map((owner) => ({ ...owner, apiVersion, set: setOf([path]), time: undefined, entry: undefined }));
  const kept = before.filter((manager) => !added.some((one) => isSameManager(one, manager)));
  return encodeManagers([...kept.flatMap((manager) => withoutReplicas(manager, ofScale, path) ?? []), ...added]);
}

function withoutReplicas(manager: FieldManager, ofScale: readonly FieldManager[], path: FieldPath): FieldManager | undefined {
  if (!hasPath(manager.set, path) || ofScale.some((owner) => isSameOwner(owner, manager))) return manager;
  return withSet(manager, difference(manager.set, setOf([path])));
}

/** The same manager, seen in whatever version. */
function isSameOwner(a: RequestManager, b: RequestManager): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;
}

import type { ObjectMetadata, ResourceObject } from '@gantry/resources';

type Owner = NonNullable<ObjectMetadata['ownerReferences']>[number];

/**
 * Takes owners out of an object that it names twice, and warns of them. `isPatched`: they came of a patch, which upstream looks at only
 * behind admission, and says so.
 */
export function dropRepeatedOwners({ metadata }: ResourceObject, warn: (text: string) => void, isPatched = false): void {
  const owners = metadata.ownerReferences;
  if (!Array.isArray(owners) || owners.length < 2) return;
  const met = new Set<string>();
  const repeated: string[] = [];
  const kept = owners.filter((owner) => {
    const key = keyOf(owner);
    const isNew = !met.has(key);
    met.add(key);
    if (!isNew) repeated.push(owner.uid);
    return isNew;
  });
  if (repeated.length === 0) return;
  metadata.ownerReferences = kept;
  warn(`.metadata.ownerReferences contains duplicate entries${isPatched ? ' after mutating admission happens' : ''}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(', ')}`);
}

function keyOf({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: Owner): string {
  return JSON.stringify([apiVersion, kind, name, uid, controller, blockOwnerDeletion]);
}

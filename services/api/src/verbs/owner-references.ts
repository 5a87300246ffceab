import { deepEqual } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';

/**
 * Takes owners out of an object that it names twice, and warns of them. `isPatched`: they came of a patch, which upstream looks at only
 * behind admission, and says so.
 */
export function dropRepeatedOwners({ metadata }: ResourceObject, warn: (text: string) => void, isPatched = false): void {
  const owners = metadata.ownerReferences;
  if (!Array.isArray(owners) || owners.length < 2) return;
  const kept = owners.filter((owner, index) => !owners.slice(0, index).some((earlier) => deepEqual(earlier, owner)));
  if (kept.length === owners.length) return;
  const repeated = owners.filter((owner, index) => owners.slice(0, index).some((earlier) => deepEqual(earlier, owner)));
  metadata.ownerReferences = kept;
  warn(`.metadata.ownerReferences contains duplicate entries${isPatched ? ' after mutating admission happens' : ''}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.map(({ uid }) => uid).join(', ')}`);
}

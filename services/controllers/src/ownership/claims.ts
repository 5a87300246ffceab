import type { LabelSelector } from '@gantry/apimachinery';
import type { KubeObject } from '@gantry/client';
import { controllerOf, isBeingDeleted } from './controller-ref.js';

/** What a controller does about the objects around it. */
export interface Claims<T> {
  /** Controlled and selected. */
  readonly owned: readonly T[];
  /** Selected and controlled by nobody: to be adopted. */
  readonly adopt: readonly T[];
  /** Controlled but no longer selected: to be released. */
  readonly release: readonly T[];
}

type Claim = keyof Claims<unknown> | undefined;

function claimOf(owner: KubeObject, selector: LabelSelector, object: KubeObject): Claim {
  const controller = controllerOf(object);
  const matches = selector.matches(object.metadata?.labels);
  if (controller !== undefined && controller.uid !== owner.metadata?.uid) return undefined;
  if (controller !== undefined && matches) return 'owned';
  if (isBeingDeleted(owner)) return undefined;
  if (controller !== undefined) return 'release';
  return matches && !isBeingDeleted(object) ? 'adopt' : undefined;
}

/** Sorts the objects of the owner's namespace by its selector and their controllers. An owner that is being deleted adopts nothing. */
export function computeClaims<T extends KubeObject>(owner: KubeObject, selector: LabelSelector, objects: readonly T[]): Claims<T> {
  const claims = { owned: [] as T[], adopt: [] as T[], release: [] as T[] };
  for (const object of objects) {
    const claim = claimOf(owner, selector, object);
    if (claim !== undefined) claims[claim].push(object);
  }
  return claims;
}

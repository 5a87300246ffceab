import type { metaV1 } from '@gantry/api-types';
import { selectorFromObject } from '@gantry/apimachinery';
import type { KubeObject } from '@gantry/client';
import type { Lister } from '@gantry/informer';
import { controllerOf, keyOf } from './controller-ref.js';

interface SelectingOwner extends KubeObject {
  spec?: { selector?: metaV1.LabelSelector };
}

/** The controller of the object if it is of this kind and is still the one that the reference names. */
export function resolveController<T extends KubeObject>(object: KubeObject, kind: string, owners: Pick<Lister<T>, 'get'>): T | undefined {
  const reference = controllerOf(object);
  if (reference?.kind !== kind) return undefined;
  const owner = owners.get(reference.name, object.metadata?.namespace);
  return owner?.metadata?.uid === reference.uid ? owner : undefined;
}

/** Keys of the owners that an event on the object concerns: its controller, or, for an orphan, all that might adopt it. */
export function concernedOwners<T extends SelectingOwner>(object: KubeObject, kind: string, owners: Pick<Lister<T>, 'get' | 'list'>): string[] {
  const controller = controllerOf(object);
  if (controller !== undefined) return [resolveController(object, kind, owners)].filter((owner) => owner !== undefined).map(keyOf);
  const selects = ({ spec }: T) => {
    const selector = selectorFromObject(spec?.selector);
    return !selector.empty && selector.matches(object.metadata?.labels);
  };
  return owners.list({ namespace: object.metadata?.namespace }).filter(selects).map(keyOf);
}

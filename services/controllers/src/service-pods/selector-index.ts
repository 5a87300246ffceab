import type { coreV1 } from '@gantry/api-types';
import { selectorFromLabels } from '@gantry/apimachinery';
import type { Lister } from '@gantry/informer';
import { keyOf } from '../ownership/controller-ref.js';

/** Services by one label that their selector wants, in their namespace. */
export const BY_SELECTOR = 'selector';

function entry(namespace: string | undefined, label: string, value: string): string {
  return `${namespace ?? ''}/${label}=${value}`;
}

/** Whether the service's endpoints are the pods that it selects; of another they are what somebody else writes. */
export function selectsPods({ spec }: coreV1.Service): boolean {
  return spec?.type !== 'ExternalName' && Object.keys(spec?.selector ?? {}).length > 0;
}

/** The index function of `BY_SELECTOR`. */
export function selectorEntries(service: coreV1.Service): readonly string[] {
  const [first] = Object.entries(service.spec?.selector ?? {});
  return first === undefined || !selectsPods(service) ? [] : [entry(service.metadata?.namespace, ...first)];
}

/** Keys of the services that select the pod. It looks at no other service of the namespace but those that share a label with it. */
export function servicesSelecting(services: Lister<coreV1.Service>, { metadata = {} }: coreV1.Pod): string[] {
  const { namespace, labels = {} } = metadata;
  const candidates = Object.entries(labels).flatMap(([label, value]) => services.byIndex(BY_SELECTOR, entry(namespace, label, value)));
  return candidates.filter(({ spec }) => selectorFromLabels(spec?.selector).matches(labels)).map(keyOf);
}

import type { coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { HEADLESS, isHeadless } from '../endpoint-slice/labels.js';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { hasEndpoint } from '../service-pods/membership.js';
import { withTriggerTime } from '../service-pods/trigger-times.js';
import { subsetsOf } from './subsets.js';
import { truncate } from './truncate.js';

/** Says that this controller made the object, not a user. */
export const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
export const CONTROLLER = 'endpoint-controller';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** What the controller sees of a service. */
export interface EndpointsWorld {
  /** The pods that the service selects. */
  readonly pods: readonly coreV1.Pod[];
  readonly current: coreV1.Endpoints | undefined;
  /** Since when the world is as it is, as RFC 3339 has it. */
  readonly triggerTime: string | undefined;
}

/** A pod that ends has no traffic, but where every address is asked for. */
function isShown(service: coreV1.Service, pod: coreV1.Pod): boolean {
  return hasEndpoint(pod) && (service.spec?.publishNotReadyAddresses === true || !isBeingDeleted(pod));
}

function wantedLabels(service: coreV1.Service): Record<string, string> {
  const { [HEADLESS]: _headless, ...own } = service.metadata?.labels ?? {};
  return { ...own, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: CONTROLLER };
}

function wantedAnnotations({ current, triggerTime }: EndpointsWorld, isTruncated: boolean): Record<string, string> {
  const { [OVER_CAPACITY]: _before, ...others } = current?.metadata?.annotations ?? {};
  return withTriggerTime(isTruncated ? { ...others, [OVER_CAPACITY]: 'truncated' } : others, triggerTime);
}

function isAsWanted(current: coreV1.Endpoints, { subsets, metadata: { labels, annotations } = {} }: coreV1.Endpoints): boolean {
  const sameCapacity = current.metadata?.annotations?.[OVER_CAPACITY] === annotations?.[OVER_CAPACITY];
  return sameCapacity && deepEqual(current.subsets ?? [], subsets) && deepEqual(current.metadata?.labels, labels);
}

/** The object as it is to be written; undefined where it is as it should be: pure. One without a revision is to be created. */
export function computePlan(service: coreV1.Service, world: EndpointsWorld): coreV1.Endpoints | undefined {
  const { pods, current } = world;
  const all = subsetsOf(service, pods.filter((pod) => isShown(service, pod)));
  const truncated = truncate(all);
  const { name, namespace } = service.metadata ?? {};
  const metadata = { ...(current?.metadata ?? { name, namespace }), labels: wantedLabels(service), annotations: wantedAnnotations(world, truncated !== undefined) };
  const wanted: coreV1.Endpoints = { ...current, apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: truncated ?? all };
  return current !== undefined && isAsWanted(current, wanted) ? undefined : wanted;
}

import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { deepEqual, wellKnownAnnotations } from '@gantry/apimachinery';
import { endpointKey } from '../endpoint-slice/endpoint.js';
import { MANAGED_BY, SERVICE_NAME } from '../endpoint-slice/labels.js';
import type { SliceChanges } from '../endpoint-slice/pack.js';
import { recycle } from '../endpoint-slice/pack.js';
import { namePrefix } from '../endpoint-slice/plan.js';
import { controllerReference, isBeingDeleted } from '../ownership/controller-ref.js';
import { TRIGGER_TIME } from '../service-pods/trigger-times.js';
import type { EndpointGroup, Mirrored } from './endpoint-groups.js';
import { groupKey, MAX_PER_SUBSET } from './endpoint-groups.js';

type Slice = discoveryV1.EndpointSlice;

/** The value of the label of the slices that this controller keeps. */
export const CONTROLLER = 'endpointslicemirroring-controller.k8s.io';
const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
/** Endpoints were leases once, and some still are. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** Whether the Endpoints are a user's, for a service that selects no pods. */
export function isMirrored(endpoints: coreV1.Endpoints, service: coreV1.Service | undefined): boolean {
  const { labels = {}, annotations = {} } = endpoints.metadata ?? {};
  if (labels[SKIP_MIRROR] === 'true' || Object.hasOwn(annotations, LEADER)) return false;
  return service !== undefined && Object.keys(service.spec?.selector ?? {}).length === 0;
}

function mirroredLabels({ metadata }: coreV1.Endpoints): Record<string, string> {
  return { ...metadata?.labels, [SERVICE_NAME]: metadata?.name ?? '', [MANAGED_BY]: CONTROLLER };
}

function mirroredAnnotations({ metadata }: coreV1.Endpoints): Record<string, string> {
  const { [TRIGGER_TIME]: _time, [wellKnownAnnotations.lastApplied]: _applied, ...others } = metadata?.annotations ?? {};
  return others;
}

function sliceOf(endpoints: coreV1.Endpoints, { addressType, ports, endpoints: wanted }: EndpointGroup, kept: readonly discoveryV1.Endpoint[]): Slice {
  const { name = '', namespace } = endpoints.metadata ?? {};
  const left = new Map(wanted);
  kept.forEach((endpoint) => left.delete(endpointKey(endpoint)));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generateName: namePrefix(name), namespace, labels: mirroredLabels(endpoints), annotations: mirroredAnnotations(endpoints), ownerReferences: [controllerReference(endpoints, 'v1', 'Endpoints')] },
    addressType,
    ports,
    endpoints: [...kept, ...left.values()].slice(0, MAX_PER_SUBSET),
  };
}

function isSame(slice: Slice, wanted: Slice): boolean {
  const { labels = {}, annotations = {}, ownerReferences } = slice.metadata ?? {};
  const sameOwner = ownerReferences?.[0]?.uid === wanted.metadata?.ownerReferences?.[0]?.uid;
  return sameOwner && deepEqual(slice.endpoints ?? [], wanted.endpoints) && deepEqual(labels, wanted.metadata?.labels) && deepEqual(annotations, wanted.metadata?.annotations);
}

/** One slice a group: the first that is there, brought up to date; endpoints keep their place in it. */
function planGroup(endpoints: coreV1.Endpoints, group: EndpointGroup, [first, ...others]: readonly Slice[]): SliceChanges {
  const kept = (first?.endpoints ?? []).flatMap((endpoint) => group.endpoints.get(endpointKey(endpoint)) ?? []);
  const wanted = sliceOf(endpoints, group, kept);
  if (first === undefined) return { create: [wanted], update: [], remove: [] };
  if (isSame(first, wanted)) return { create: [], update: [], remove: others };
  const { name, namespace, uid, resourceVersion } = first.metadata ?? {};
  const { labels, annotations, ownerReferences } = wanted.metadata ?? {};
  return { create: [], update: [{ ...wanted, metadata: { name, namespace, uid, resourceVersion, labels, annotations, ownerReferences } }], remove: others };
}

/** What is to be done that the slices say what the Endpoints say: pure. */
export function computePlan(endpoints: coreV1.Endpoints, { groups }: Mirrored, slices: readonly Slice[]): SliceChanges {
  const keyOfSlice = ({ addressType, ports }: Slice) => groupKey(addressType, ports);
  const plans = [...groups].map(([key, group]) => planGroup(endpoints, group, slices.filter((slice) => keyOfSlice(slice) === key)));
  const changes = recycle(
    {
      create: plans.flatMap(({ create }) => create),
      update: plans.flatMap(({ update }) => update),
      remove: [...plans.flatMap(({ remove }) => remove), ...slices.filter((slice) => !groups.has(keyOfSlice(slice)))],
    },
    (slice, created) => slice.addressType === created.addressType,
  );
  return isBeingDeleted(endpoints) ? { ...changes, create: [] } : changes;
}

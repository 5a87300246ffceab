import type { schedulingV1 } from '@gantry/api-types';
import { newForbidden } from '@gantry/apimachinery';
import { systemPriorityClasses } from '@gantry/resources';
import type { ResourceObject } from '@gantry/resources';
import type { ObjectReader } from '../../../registry/object-reader.js';
import type { CachedObject } from '../../../watch-cache/cached-object.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';

interface PodSpec {
  priority?: number;
  priorityClassName?: string;
  preemptionPolicy?: string;
}

/** Reads priority classes. */
export interface PriorityClassReader extends ObjectReader {
  /** All that are at hand. */
  readonly all: () => Iterable<CachedObject>;
}

type PriorityClass = Pick<schedulingV1.PriorityClass, 'value' | 'globalDefault' | 'preemptionPolicy'> & { readonly metadata: { readonly name?: string } };

const PREEMPTS = 'PreemptLowerPriority';

/** Turns a pod's priority class into its priority, 0 without one; keeps the system's classes, and one default at most. */
export function priority(classes: PriorityClassReader): AdmissionPlugin {
  return {
    name: 'Priority',
    admit: (request) => {
      const { group, resource } = request.resource.groupResource;
      const spec = request.object?.['spec'] as PodSpec | undefined;
      if (request.operation !== 'CREATE' || request.subresource !== '' || group !== '' || resource !== 'pods' || spec === undefined) return;
      const found = classAtHand(spec, classes);
      if (found === 'unknown') return awaitClass(request, spec, classes);
      setPriority(request, spec, found);
    },
    validate: (request) => {
      const { group, resource } = request.resource.groupResource;
      if (group === 'scheduling.k8s.io' && resource === 'priorityclasses') checkClass(request, classes);
    },
  };
}

/** undefined: the pod names none, and none is the default. */
function classAtHand({ priorityClassName: name }: PodSpec, classes: PriorityClassReader): PriorityClass | 'unknown' | undefined {
  if (!name) return defaultClass(classes);
  // The system's are known before they are stored.
  return systemPriorityClasses.find(({ metadata }) => metadata.name === name) ?? (classes.cached('', name)?.object as PriorityClass | undefined) ?? 'unknown';
}

/** Of several, which no one replica lets happen, that of the lowest value. */
function defaultClass(classes: PriorityClassReader): PriorityClass | undefined {
  let found: PriorityClass | undefined;
  for (const { object } of classes.all()) {
    const candidate = object as PriorityClass & ResourceObject;
    if (candidate.globalDefault === true && (found === undefined || valueOf(candidate) < valueOf(found))) found = candidate;
  }
  return found;
}

async function awaitClass(request: AdmissionRequest, spec: PodSpec, classes: PriorityClassReader): Promise<void> {
  const name = spec.priorityClassName!;
  const found = await classes.fresh('', name);
  if (found === undefined) throw newForbidden(request.resource.groupResource, request.name, `no PriorityClass with name ${name} was found`);
  setPriority(request, spec, found.object as PriorityClass & ResourceObject);
}

function setPriority({ resource, name }: AdmissionRequest, spec: PodSpec, found: PriorityClass | undefined): void {
  const value = valueOf(found);
  const policy = found?.preemptionPolicy ?? PREEMPTS;
  if (found?.metadata.name !== undefined) spec.priorityClassName = found.metadata.name;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw newForbidden(resource.groupResource, name, `the integer value of priority (${String(spec.priority)}) must not be provided in pod spec; priority admission controller computed ${String(value)} from the given PriorityClass name`);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw newForbidden(resource.groupResource, name, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`);
  }
  spec.priority = value;
  spec.preemptionPolicy = policy;
}

function valueOf(found: PriorityClass | undefined): number {
  return found?.value ?? 0;
}

function checkClass({ operation, resource, name, object }: AdmissionRequest, classes: PriorityClassReader): void {
  if (operation === 'DELETE') {
    if (systemPriorityClasses.some(({ metadata }) => metadata.name === name)) throw newForbidden(resource.groupResource, name, 'this is a system priority class and cannot be deleted');
    return;
  }
  if (object?.['globalDefault'] !== true) return;
  const existing = defaultClass(classes)?.metadata.name;
  if (existing !== undefined && existing !== name) throw newForbidden(resource.groupResource, name, `PriorityClass ${existing} is already marked as default. Only one default can exist`);
}

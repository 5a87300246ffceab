import { newForbidden } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';

interface PodSpec {
  priority?: number;
  priorityClassName?: string;
  preemptionPolicy?: string;
}

/** The classes that every cluster has; others come with their own kind. */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 };

/** Turns a pod's priority class into its priority: 0 without one. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  admit: (request) => {
    const { group, resource } = request.resource.groupResource;
    if (request.operation === 'CREATE' && request.subresource === '' && group === '' && resource === 'pods' && request.object !== undefined) setPriority(request, request.object);
  },
};

function setPriority({ resource, name }: AdmissionRequest, pod: ResourceObject): void {
  const spec = pod['spec'] as PodSpec | undefined;
  if (spec === undefined) return;
  const value = valueOf(spec.priorityClassName ?? '');
  if (value === undefined) throw newForbidden(resource.groupResource, name, `no PriorityClass with name ${spec.priorityClassName ?? ''} was found`);
  if (spec.priority !== undefined && spec.priority !== value) {
    throw newForbidden(resource.groupResource, name, `the integer value of priority (${String(spec.priority)}) must not be provided in pod spec; priority admission controller computed ${String(value)} from the given PriorityClass name`);
  }
  spec.priority = value;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
}

function valueOf(className: string): number | undefined {
  if (className === '') return 0;
  return Object.hasOwn(SYSTEM_CLASSES, className) ? SYSTEM_CLASSES[className] : undefined;
}

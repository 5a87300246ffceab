import { cloneJson } from '@gantry/apimachinery';
import type { JsonObject, ManagedFieldsEntry } from '@gantry/apimachinery';
import type { ResourceObject, ScaleDescriptor } from '@gantry/resources';

/** `autoscaling/v1` Scale. */
export interface Scale {
  readonly [field: string]: unknown;
  readonly kind: 'Scale';
  readonly apiVersion: 'autoscaling/v1';
  readonly metadata: { name?: string; namespace?: string; uid?: string; resourceVersion?: string; creationTimestamp?: string; managedFields?: ManagedFieldsEntry[] };
  readonly spec: { replicas?: number };
  readonly status: { replicas: number; selector: string };
}

/** What an object's scale is. */
export function scaleOf(object: ResourceObject, descriptor: ScaleDescriptor): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = numberAt(object, descriptor.specReplicasPath);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as Scale['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, descriptor.statusReplicasPath), selector: descriptor.selector(object) },
  };
}

/** A copy of the object with the replicas, and the claimed resourceVersion and uid, of a scale. */
export function withScale(old: ResourceObject, descriptor: ScaleDescriptor, scale: Scale): ResourceObject {
  const object = cloneJson(old as unknown as JsonObject) as unknown as ResourceObject;
  const steps = stepsOf(descriptor.specReplicasPath);
  let place = object as Record<string, unknown>;
  for (const step of steps.slice(0, -1)) place = (place[step] ??= {}) as Record<string, unknown>;
  place[steps.at(-1)!] = scale.spec.replicas ?? 0;
  const { resourceVersion, uid } = scale.metadata;
  object.metadata.resourceVersion = resourceVersion ?? '';
  if (uid !== undefined) object.metadata.uid = uid;
  return object;
}

/** Where an object of the kind has its replicas, as a field that somebody manages. */
export function fieldPathOf({ specReplicasPath }: ScaleDescriptor): readonly string[] {
  return stepsOf(specReplicasPath).map((step) => `f:${step}`);
}

function numberAt(object: ResourceObject, path: string): number {
  let value: unknown = object;
  for (const step of stepsOf(path)) value = (value as Record<string, unknown> | undefined)?.[step];
  return typeof value === 'number' ? value : 0;
}

/** `.spec.replicas` as its steps. */
function stepsOf(path: string): string[] {
  return path.split('.').filter((step) => step !== '');
}

import type { metaV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';

/** The owner that controls the object, where one does. */
export function controllerOf(object: KubeObject): metaV1.OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata?.uid;
}

/** The reference by which `owner` controls what it makes. */
export function controllerReference(owner: KubeObject, apiVersion: string, kind: string): metaV1.OwnerReference {
  return { apiVersion, kind, name: owner.metadata?.name ?? '', uid: owner.metadata?.uid ?? '', controller: true, blockOwnerDeletion: true };
}

/** `namespace/name`, or `name` where there is no namespace: the key of an object in queues. */
export function keyOf(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata ?? {};
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function isBeingDeleted(object: KubeObject): boolean {
  return object.metadata?.deletionTimestamp !== undefined;
}

import type { metaV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';

/** An object that was read from the server: what every stored object has is there. */
export interface StoredObject extends KubeObject {
  metadata?: metaV1.ObjectMeta;
}

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

/** The namespace ('' where there is none) and the name of a key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function isBeingDeleted(object: KubeObject): boolean {
  return object.metadata?.deletionTimestamp !== undefined;
}

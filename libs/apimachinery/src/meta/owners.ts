/** `metadata.ownerReferences[]`. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

interface Owned {
  readonly metadata?: { readonly ownerReferences?: readonly OwnerReference[] };
}

interface Owner {
  readonly metadata?: { readonly name?: string; readonly uid?: string };
}

/** The reference to the controller that an object belongs to. */
export function controllerOf(object: Owned): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether `owner` is the controller of `object`; by uid, so that a namesake is none. */
export function isControlledBy(object: Owned, owner: Owner): boolean {
  const uid = owner.metadata?.uid;
  return uid !== undefined && controllerOf(object)?.uid === uid;
}

/** The reference by which a controller claims what it creates. */
export function newControllerRef(owner: Owner, kind: { readonly apiVersion: string; readonly kind: string }): OwnerReference {
  const { name = '', uid = '' } = owner.metadata ?? {};
  return { apiVersion: kind.apiVersion, kind: kind.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

import type { GroupVersionKind } from '../schema/schema.js';

/** A resource that the documents describe, as discovery lists it. */
export interface ServedResource extends GroupVersionKind {
  /** `pods` */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Of `create delete deletecollection get list patch update watch`. */
  readonly verbs: readonly string[];
  /** Whether a delete answers with the object; with a Status otherwise. */
  readonly returnsDeleted?: boolean;
  readonly subresources: readonly ServedSubresource[];
}

/** A subresource of a served resource. */
export interface ServedSubresource {
  /** `status` */
  readonly name: string;
  readonly verbs: readonly string[];
  /** The kind of its body where it is not the resource's own: Scale, Eviction, Binding, TokenRequest. */
  readonly bodyKind?: GroupVersionKind;
  /** Its answer is a stream or what the other end says (exec, proxy), not an object. */
  readonly connect?: boolean;
  /** Paths may follow it, and every method is passed on (proxy). */
  readonly withPaths?: boolean;
  /** Its answer is text (log). */
  readonly text?: boolean;
  /** The kind whose fields are its query parameters: PodLogOptions. */
  readonly options?: GroupVersionKind;
}

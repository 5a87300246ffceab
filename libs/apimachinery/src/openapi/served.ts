import type { GroupVersionKind } from '../schema/schema.js';

/** A resource that the documents describe, as discovery lists it. */
export interface ServedResource extends GroupVersionKind {
  /** `pods` */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Of `create delete deletecollection get list patch update watch`. */
  readonly verbs: readonly string[];
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
  /** Its answer is text (log). */
  readonly text?: boolean;
  /** The definition whose fields are its query parameters: `io.k8s.api.core.v1.PodLogOptions`. */
  readonly options?: string;
}

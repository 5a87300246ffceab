import type { metaV1 } from '@gantry/api-types';

/** What every object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: metaV1.ObjectMeta;
}

export interface ObjectList<T> {
  metadata: metaV1.ListMeta;
  items: T[];
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** Progress only: `object` has `metadata.resourceVersion` and, at the end of initial events, its annotation. */
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject };

export interface ListQuery {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly limit?: number;
  readonly continue?: string;
  readonly signal?: AbortSignal;
}

export interface WatchQuery extends Pick<ListQuery, 'labelSelector' | 'fieldSelector' | 'resourceVersion' | 'signal'> {
  readonly timeoutSeconds?: number;
}

export interface DeleteQuery {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly signal?: AbortSignal;
}

export type PatchType = 'application/json-patch+json' | 'application/merge-patch+json' | 'application/strategic-merge-patch+json';

/**
 * Verbs on one resource in one namespace (or cluster-wide where `namespace` was not given). Every method rejects with a
 * `StatusError` for an answer that is a failure.
 */
export interface ResourceClient<T extends KubeObject> {
  get(name: string, options?: { resourceVersion?: string; signal?: AbortSignal }): Promise<T>;
  list(query?: ListQuery): Promise<ObjectList<T>>;
  /** Events in order until the server ends the watch; an ERROR event throws its `StatusError`. */
  watch(query: WatchQuery): AsyncIterable<WatchEvent<T>>;
  create(object: T, options?: { subresource?: string; name?: string; signal?: AbortSignal }): Promise<T>;
  update(object: T, options?: { subresource?: string; signal?: AbortSignal }): Promise<T>;
  updateStatus(object: T, options?: { signal?: AbortSignal }): Promise<T>;
  patch(name: string, type: PatchType, patch: unknown, options?: { subresource?: string; signal?: AbortSignal }): Promise<T>;
  delete(name: string, query?: DeleteQuery): Promise<void>;
}

/** A resource as it is addressed: `group` is '' for the core group. */
export interface ResourceReference {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/**
 * A resource whose objects' type is known: `client.resource(PODS, namespace)` gives pods. `objectType` is never set, it only
 * carries the type.
 */
export interface TypedResourceReference<T extends KubeObject> extends ResourceReference {
  /** The objects' kind; a create or update fills it in where the object has none. */
  readonly kind: string;
  readonly namespaced: boolean;
  readonly objectType?: T;
}

export interface Client {
  /** Without `namespace`: all namespaces for list and watch, or a cluster-scoped resource. */
  resource<T extends KubeObject>(reference: ResourceReference & { readonly kind?: string; readonly objectType?: T }, namespace?: string): ResourceClient<T>;
  close(): Promise<void>;
}

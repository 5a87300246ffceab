import type { FieldError } from '@gantry/apimachinery';

/** Any object of a kind, as parsed: what the generic chain handles without knowing the kind. */
export interface ResourceObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [field: string]: unknown;
}

/** The part of `metadata` that the generic chain reads and writes. */
export interface ObjectMetadata {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }[];
  managedFields?: unknown[];
  selfLink?: string;
}

/** What a strategy may need to know of the request. Strategies have no clock of their own. */
export interface StrategyContext {
  /** RFC 3339, whole seconds, UTC. */
  readonly now: string;
  readonly userName: string;
  /** Of a create: what else is known of who asks, as in `UserInfo` of `authentication.k8s.io/v1`. */
  readonly userUid?: string | undefined;
  readonly userGroups?: readonly string[];
  readonly userExtra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A column of `kubectl get`: `priority` 0 is always shown, 1 only with `-o wide`. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  readonly priority: 0 | 1;
  /** The cell; `now` is milliseconds since the epoch, for ages. */
  readonly cell: (object: ResourceObject, now: number) => string | number | boolean | null;
}

/**
 * How objects of a kind (or of one of its subresources) come to be and change. Every function may change the object that it
 * is given as first argument and nothing else.
 */
export interface Strategy {
  /** Clears what a client may not set (status on create, …) and sets generation and the like. */
  readonly prepareForCreate: (object: ResourceObject, context: StrategyContext) => void;
  readonly validate: (object: ResourceObject) => FieldError[];
  /** Keeps what this endpoint does not own (spec on a status update, …) and advances the generation when the spec changed. */
  readonly prepareForUpdate: (object: ResourceObject, old: ResourceObject, context: StrategyContext) => void;
  readonly validateUpdate: (object: ResourceObject, old: ResourceObject) => FieldError[];
  /** Texts for the client's Warning headers. */
  readonly warnings?: (object: ResourceObject, old: ResourceObject | undefined) => string[];
  /**
   * What this endpoint does not let a client change, as paths (`metadata.labels`): nobody manages it by such a request. Absent: the
   * status where there are rules for it, or for those the spec.
   */
  readonly resetFields?: readonly string[];
  /** The only fields that this endpoint lets a client change and manage, as paths; `*` stands for every item of a list. Absent: all but `resetFields`. */
  readonly ownedFields?: readonly string[];
  /** A PUT of a name that does not exist creates it (Lease, Event …). */
  readonly allowCreateOnUpdate?: boolean;
  /** A PUT without resourceVersion overwrites. True for most kinds. */
  readonly allowUnconditionalUpdate?: boolean;
  /**
   * Kinds with graceful deletion (Pod): the grace in seconds for this delete, given what the client asked for; 0 deletes at once,
   * undefined: this kind has no graceful deletion.
   */
  readonly gracePeriodSeconds?: (object: ResourceObject, requested: number | undefined) => number | undefined;
}

/** Paths of a kind's `scale` subresource, as in a CustomResourceDefinition: `.spec.replicas`. */
export interface ScaleDescriptor {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  /** The selector in string form, as `Scale.status.selector` has it. */
  readonly selector: (object: ResourceObject) => string;
}

/** One place a resource kind: everything that the generic chain needs to serve it. */
export interface KindDescriptor {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  /** Plural resource name: `pods`. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Other group/versions that serve the same stored objects (events in `events.k8s.io/v1`): the stored form's descriptor. */
  readonly storedAs?: { readonly group: string; readonly version: string; readonly resource: string; readonly toStored: (o: ResourceObject) => ResourceObject; readonly fromStored: (o: ResourceObject) => ResourceObject };
  /** Fills what the client left out; idempotent. */
  readonly defaults: (object: ResourceObject) => void;
  readonly strategy: Strategy;
  /** Present when the kind has `/status`. */
  readonly statusStrategy?: Strategy;
  readonly scale?: ScaleDescriptor;
  readonly columns: readonly Column[];
  /** Fields that a field selector may name, besides `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: Readonly<Record<string, (object: ResourceObject) => string>>;
  /** Seconds that an object lives after its last write (Event: 3600). */
  readonly ttlSeconds?: number;
  /** Sealed before the value leaves `api` (Secret); no other process ever follows it on the bus. */
  readonly encrypted?: boolean;
  /** A delete that removes at once answers the object, not a Status (Pod, ServiceAccount). */
  readonly returnsDeletedObject?: boolean;
  /** Whoever deletes an object without saying what becomes of its dependents leaves them behind (ReplicationController, as in its first days). */
  readonly orphansByDefault?: boolean;
  /** Clients are told to use something else (Endpoints). `since` is a release: `1.33`. */
  readonly deprecated?: { readonly since: string; readonly use: { readonly group: string; readonly version: string; readonly kind: string } };
  /** All of them cannot be deleted at once (Namespace). */
  readonly withoutDeleteCollection?: boolean;
  /** Where the kind keeps finalizers that only `/finalize` clears (Namespace: spec.finalizers). */
  readonly specFinalizers?: boolean;
}

/** `metav1.Status`: what every failed request answers, and what some successful ones do (delete). */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number; selfLink?: string };
  status?: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  /** The HTTP status code. */
  code?: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  /** The resource (`pods`), but for `Invalid` the kind (`Pod`). */
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** The reasons that the API machinery itself produces. */
export type StatusReason =
  | ''
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'StoreReadError'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable';

/** A resource with its group, `{ group: 'apps', resource: 'deployments' }`; '' is the core group. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** A kind with its group, `{ group: 'apps', kind: 'Deployment' }`. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** `deployments.apps`, or `pods` in the core group: how messages name a resource. */
export function groupResourceName({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** `Deployment.apps`, or `Pod` in the core group: how messages name a kind. */
export function groupKindName({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

import type { FieldError } from '../field-error.js';
import { goQuote } from './go-quote.js';
import { failure } from './status-error.js';
import type { StatusError } from './status-error.js';
import { groupKindName, groupResourceName } from './status.js';
import type { GroupKind, GroupResource, StatusCause } from './status.js';

/** 404: there is no object of this name. */
export function newNotFound(resource: GroupResource, name: string): StatusError {
  const message = `${groupResourceName(resource)} ${goQuote(name)} not found`;
  return failure(404, 'NotFound', message, { name, group: resource.group, kind: resource.resource });
}

/** 409: a create met an object of this name. */
export function newAlreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${groupResourceName(resource)} ${goQuote(name)} already exists`;
  return failure(409, 'AlreadyExists', message, { name, group: resource.group, kind: resource.resource });
}

/** 409: every name generated from `generateName` was taken. */
export function newGenerateNameConflict(resource: GroupResource, name: string, retryAfterSeconds: number): StatusError {
  const message = `${groupResourceName(resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`;
  return failure(409, 'AlreadyExists', message, { name, group: resource.group, kind: resource.resource, retryAfterSeconds });
}

/** 409: the write was based on a state that is no longer the current one, or another rule of the object's state forbids it. */
export function newConflict(resource: GroupResource, name: string, cause: string): StatusError {
  const message = `Operation cannot be fulfilled on ${groupResourceName(resource)} ${goQuote(name)}: ${cause}`;
  return failure(409, 'Conflict', message, { name, group: resource.group, kind: resource.resource });
}

/** The cause of the usual `newConflict`: a compare-and-swap that lost. */
export const modifiedMessage = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409 of server-side apply: fields owned by other managers, one cause each. */
export function newApplyConflict(causes: StatusCause[], message: string): StatusError {
  return failure(409, 'Conflict', message, { causes });
}

/** Characters of all causes of a refusal; what is behind is not told. Where each shows all of a long list, upstream's answer has gigabytes. */
const MOST_TOLD = 1024 * 1024;

/** 422: the object breaks rules of its kind. Causes are in the order of `errors`; the message names each once. */
export function newInvalid(kind: GroupKind, name: string, all: readonly FieldError[]): StatusError {
  const errors = tellable(all);
  const causes = errors.map(({ type, message, field }): StatusCause => ({ reason: type, message, field }));
  const subject = `${groupKindName(kind)} ${goQuote(name)} is invalid`;
  const message = errors.length === 0 ? subject : `${subject}: ${aggregate(errors)}`;
  return failure(422, 'Invalid', message, { name, group: kind.group, kind: kind.kind, causes });
}

function tellable(errors: readonly FieldError[]): readonly FieldError[] {
  let room = MOST_TOLD;
  const end = errors.findIndex(({ field, message }) => (room -= field.length + message.length) < 0);
  return end < 0 ? errors : errors.slice(0, Math.max(end, 1));
}

/** `field: message`, or `[a, b]` for several, without repetitions. */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = new Set(errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)));
  const joined = [...texts].join(', ');
  return texts.size === 1 ? joined : `[${joined}]`;
}

/** 401: the request carries no identity that the server knows. */
export function newUnauthorized(message = ''): StatusError {
  return failure(401, 'Unauthorized', message === '' ? 'not authorized' : message);
}

/** 403. `name` may be '' (a create, a list); a resource of '' stands for a path that is no resource. */
export function newForbidden(resource: GroupResource, name: string, cause: string): StatusError {
  const details = { name, group: resource.group, kind: resource.resource };
  if (resource.resource === '') return failure(403, 'Forbidden', `forbidden: ${cause}`, details);
  const subject = groupResourceName(resource) + (name === '' ? '' : ` ${goQuote(name)}`);
  return failure(403, 'Forbidden', `${subject} is forbidden: ${cause}`, details);
}

/** 400: the request makes no sense whatever the state. */
export function newBadRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}

/** 405: what is at the path does not have this method. */
export function newMethodNotAllowed(): StatusError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** 406: nothing that the client accepts can be served. */
export function newNotAcceptable(accepted: readonly string[]): StatusError {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

/** 415: the body is in a form that the server does not read. */
export function newUnsupportedMediaType(accepted: readonly string[]): StatusError {
  return failure(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);
}

/** 410: what was asked for existed once. */
export function newGone(message: string): StatusError {
  return failure(410, 'Gone', message);
}

/** 410 with reason `Expired`: a resourceVersion or continue token that the history no longer covers. */
export function newExpired(message: string): StatusError {
  return failure(410, 'Expired', message);
}

/** 504: the server gave up waiting; the outcome is unknown. */
export function newTimeout(message: string, retryAfterSeconds = 0): StatusError {
  return failure(504, 'Timeout', `Timeout: ${message}`, { retryAfterSeconds });
}

/** 504 with a cause: a read asked for a revision that this replica has not yet seen. */
export function newTooLargeResourceVersion(requested: bigint | number, current: bigint | number, retryAfterSeconds: number): StatusError {
  const causes: StatusCause[] = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = `Timeout: Too large resource version: ${String(requested)}, current: ${String(current)}`;
  return failure(504, 'Timeout', message, { causes, retryAfterSeconds });
}

/** 500 with reason `ServerTimeout`: not done, and the client may repeat it. */
export function newServerTimeout(resource: GroupResource, operation: string, retryAfterSeconds: number): StatusError {
  const message = `The ${operation} operation against ${groupResourceName(resource)} could not be completed at this time, please try again.`;
  return failure(500, 'ServerTimeout', message, { name: operation, group: resource.group, kind: resource.resource, retryAfterSeconds });
}

/** 503: the part that would answer is not there now. */
export function newServiceUnavailable(message: string): StatusError {
  return failure(503, 'ServiceUnavailable', message);
}

/** 429; also how an eviction says that the budget does not allow it now. */
export function newTooManyRequests(message: string, retryAfterSeconds = 0): StatusError {
  return failure(429, 'TooManyRequests', message, { retryAfterSeconds });
}

/** 413: the body or the object is over the limit. */
export function newRequestEntityTooLarge(message: string): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** 500: a defect or a broken dependency; the cause's text reaches the client. */
export function newInternalError(cause: unknown): StatusError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return failure(500, 'InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] });
}

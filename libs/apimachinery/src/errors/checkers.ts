import { newInternalError } from './constructors.js';
import { StatusError } from './status-error.js';
import type { Status, StatusReason } from './status.js';

/** The reason of an error, '' for what is no `StatusError`. */
export function reasonOf(error: unknown): string {
  return error instanceof StatusError ? error.reason : '';
}

function hasReason(reason: StatusReason): (error: unknown) => boolean {
  return (error) => reasonOf(error) === reason;
}

/** For codes that other servers send under reasons of their own. */
function hasReasonOrCode(reason: StatusReason, code: number): (error: unknown) => boolean {
  return (error) => error instanceof StatusError && (error.reason === reason || error.status.code === code);
}

export const isNotFound = hasReason('NotFound');
export const isAlreadyExists = hasReason('AlreadyExists');
export const isConflict = hasReason('Conflict');
export const isInvalid = hasReason('Invalid');
export const isForbidden = hasReason('Forbidden');
export const isUnauthorized = hasReason('Unauthorized');
export const isBadRequest = hasReason('BadRequest');
export const isMethodNotSupported = hasReason('MethodNotAllowed');
export const isNotAcceptable = hasReason('NotAcceptable');
export const isUnsupportedMediaType = hasReason('UnsupportedMediaType');
export const isGone = hasReason('Gone');
/** A resourceVersion that is too old: list again. */
export const isExpired = hasReason('Expired');
export const isTimeout = hasReason('Timeout');
export const isServerTimeout = hasReason('ServerTimeout');
export const isServiceUnavailable = hasReason('ServiceUnavailable');
export const isTooManyRequests = hasReasonOrCode('TooManyRequests', 429);
export const isRequestEntityTooLarge = hasReasonOrCode('RequestEntityTooLarge', 413);
export const isInternalError = hasReason('InternalError');

/** A read asked for a revision that the server has not seen yet: ask again after `retryAfterSeconds`. */
export function isTooLargeResourceVersion(error: unknown): boolean {
  if (!isTimeout(error)) return false;
  return (error as StatusError).status.details?.causes?.some(({ reason }) => reason === 'ResourceVersionTooLarge') ?? false;
}

/** Seconds after which the server asks to try again; undefined where it does not. */
export function suggestedRetryAfterSeconds(error: unknown): number | undefined {
  return error instanceof StatusError ? error.status.details?.retryAfterSeconds : undefined;
}

/** The wire form of any error; what is no `StatusError` becomes an internal error. */
export function toStatus(error: unknown): Status {
  return error instanceof StatusError ? error.status : newInternalError(error).status;
}

/** Whether a received value is a `Status` (and not the object that was asked for). */
export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as Status).kind === 'Status' && (value as Status).apiVersion === 'v1';
}


export type { FieldError, FieldErrorType } from './field-error.js';

export { StatusError, statusErrorFrom } from './errors/status-error.js';
export { groupKindName, groupResourceName } from './errors/status.js';
export type { GroupKind, GroupResource, Status, StatusCause, StatusDetails, StatusReason } from './errors/status.js';
export * from './errors/constructors.js';
export * from './errors/checkers.js';
export { newGenericServerResponse } from './errors/generic-response.js';
export type { GenericResponse } from './errors/generic-response.js';
export { goQuote } from './errors/go-quote.js';

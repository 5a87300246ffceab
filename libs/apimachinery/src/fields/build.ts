import { goQuote } from '../errors/go-quote.js';
import type { FieldError, FieldErrorType } from '../field-error.js';
import type { FieldPath } from './path.js';

/** A field's place: a path, or its text where the caller has it. */
export type FieldPlace = FieldPath | string;

const titles: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

const LONG = 1024;
/** A long list is shown with every fault of its items: one text serves all of them. */
const longTexts = new WeakMap<object, string>();

/** How upstream's messages show a value: Go's `%q` for strings, JSON as Go writes it for the rest. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'bigint') return String(value);
  const known = typeof value === 'object' ? longTexts.get(value) : undefined;
  if (known !== undefined) return known;
  const text = JSON.stringify(value).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  if (text.length > LONG && typeof value === 'object') longTexts.set(value, text);
  return text;
}

function build(type: FieldErrorType, field: FieldPlace, value: string | undefined, detail: string): FieldError {
  let message = titles[type];
  if (value !== undefined) message += `: ${value}`;
  if (detail !== '') message += `: ${detail}`;
  return { type, field: String(field), message };
}

/** A malformed value; `detail` says what it must be. */
export function invalid(field: FieldPlace, value: unknown, detail: string): FieldError {
  return build('FieldValueInvalid', field, showValue(value), detail);
}

/** A value of the wrong JSON type. */
export function typeInvalid(field: FieldPlace, value: unknown, detail: string): FieldError {
  return build('FieldValueTypeInvalid', field, showValue(value), detail);
}

/** A value that must be there and is not. */
export function required(field: FieldPlace, detail = ''): FieldError {
  return build('FieldValueRequired', field, undefined, detail);
}

/** A value that is not one of a closed list. */
export function notSupported(field: FieldPlace, value: unknown, allowed: readonly string[]): FieldError {
  const detail = allowed.length === 0 ? '' : `supported values: ${allowed.map(goQuote).join(', ')}`;
  return build('FieldValueNotSupported', field, showValue(value), detail);
}

/** A well-formed value that the object's state or another field does not permit. */
export function forbidden(field: FieldPlace, detail: string): FieldError {
  return build('FieldValueForbidden', field, undefined, detail);
}

/** The second of two equal values that must be unique. */
export function duplicate(field: FieldPlace, value: unknown): FieldError {
  return build('FieldValueDuplicate', field, showValue(value), '');
}

/** A reference to something that is not there. */
export function notFound(field: FieldPlace, value: unknown): FieldError {
  return build('FieldValueNotFound', field, showValue(value), '');
}

/** A text of more than `limit` bytes. */
export function tooLong(field: FieldPlace, limit: number): FieldError {
  return build('FieldValueTooLong', field, undefined, `may not be more than ${String(limit)} ${limit === 1 ? 'byte' : 'bytes'}`);
}

/** A list of more than `limit` items. */
export function tooMany(field: FieldPlace, actual: number, limit: number): FieldError {
  return build('FieldValueTooMany', field, String(actual), `must have at most ${String(limit)} ${limit === 1 ? 'item' : 'items'}`);
}

/** A defect of the server that a validation met. */
export function internalFieldError(field: FieldPlace, cause: string): FieldError {
  return build('InternalError', field, undefined, cause);
}

/** The text of one finding, `spec.foo: Required value`. */
export function fieldErrorText({ field, message }: FieldError): string {
  return `${field}: ${message}`;
}

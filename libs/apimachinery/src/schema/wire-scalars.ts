import { canonicalQuantity, QuantityError } from '../quantity/parse.js';
import { goTimeError } from './go-time-error.js';
import type { Schema } from './schema.js';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const RFC3339_MICRO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;
/** Some quantities that are in canonical form already: at most three digits and a suffix. */
const CANONICAL = /^[1-9]\d{0,2}(?:m|k|[MGTPE]|[KMGTPE]i)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Values whose JSON is a string with a grammar of its own. */
export type ScalarKind = 'time' | 'micro-time' | 'quantity' | 'int-or-string' | 'bytes';

const BY_NAME: Readonly<Record<string, ScalarKind>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'micro-time',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
};

/** Which grammar a field's values follow; undefined for plain JSON. `schema` is as the parent declares it, not resolved. */
export function scalarKind(schema: Schema): ScalarKind | undefined {
  if (schema.$ref !== undefined) return BY_NAME[schema.$ref];
  if (schema['x-kubernetes-int-or-string'] === true) return 'int-or-string';
  return schema.format === 'byte' ? 'bytes' : undefined;
}

/** What Go's decoder says of a value that does not follow the grammar; undefined when it does. */
export function scalarError(kind: ScalarKind, value: string): string | undefined {
  switch (kind) {
    case 'time':
      return isTime(value, RFC3339) ? undefined : goTimeError(value, '2006-01-02T15:04:05Z07:00');
    case 'micro-time':
      return isTime(value, RFC3339_MICRO) ? undefined : goTimeError(value, '2006-01-02T15:04:05.000000Z07:00');
    case 'quantity':
      return CANONICAL.test(value) ? undefined : quantityError(value.trim());
    case 'bytes':
      return BASE64.test(withoutLineBreaks(value)) ? undefined : `illegal base64 data at input byte ${firstIllegalByte(value)}`;
    case 'int-or-string':
      return undefined;
  }
}

/** The form in which a decoder that knows the type would write the value again; a value with an error stays as it is. */
export function normalScalar(kind: ScalarKind, value: string): string {
  return isNormal(kind, value) || scalarError(kind, value) !== undefined ? value : normalized(kind, value);
}

/** The usual values, told without a parser. */
function isNormal(kind: ScalarKind, value: string): boolean {
  switch (kind) {
    case 'time': return value.length === 20 && value.endsWith('Z');
    case 'micro-time': return value.endsWith('Z');
    case 'quantity': return CANONICAL.test(value);
    case 'bytes': return !/[\r\n]/.test(value);
    case 'int-or-string': return true;
  }
}

function normalized(kind: ScalarKind, value: string): string {
  switch (kind) {
    case 'time': return new Date(value).toISOString().replace(/\.\d+Z$/, 'Z');
    case 'micro-time': return new Date(value).toISOString().replace(/\.\d+Z$/, `${/\.\d{6}/.exec(value)?.[0] ?? ''}Z`);
    case 'quantity': return canonicalQuantity(value.trim());
    default: return withoutLineBreaks(value);
  }
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isTime(value: string, form: RegExp): boolean {
  if (!form.test(value)) return false;
  const [year, month, day] = [Number(value.slice(0, 4)), Number(value.slice(5, 7)), Number(value.slice(8, 10))];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day < 1 || day > (DAYS[month - 1] ?? 0) || (month === 2 && day === 29 && !leap)) return false;
  return Number(value.slice(11, 13)) < 24 && Number(value.slice(14, 16)) < 60 && Number(value.slice(17, 19)) < 60;
}

function quantityError(value: string): string | undefined {
  try {
    canonicalQuantity(value);
    return undefined;
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

function withoutLineBreaks(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, '') : value;
}

function firstIllegalByte(value: string): number {
  const at = value.search(/[^A-Za-z0-9+/\r\n]/);
  return at < 0 ? value.length - (value.length % 4) : at;
}

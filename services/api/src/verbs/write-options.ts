import { forbidden, invalid, newInvalid, notSupported, required, tooLong } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { LONGEST_MANAGER, managerName, PRINTABLE } from '../field-management/manager-name.js';
import type { Identity } from '../http/authz/identity.js';
import type { FieldValidation } from '../http/decode-body.js';
import type { RequestContext } from '../http/request-context.js';

const VALIDATIONS: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];

/** What every write may ask for beside its body. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** How unknown and duplicate fields are treated. */
  readonly validation: FieldValidation;
  /** Who is written down as the manager of what the request sets. */
  readonly manager: string;
  /** Of an apply: takes over what others manage. */
  readonly force: boolean;
}

interface OptionsRequest {
  readonly context: RequestContext;
  readonly identity: Identity;
}

/** The options of a write, of kind `CreateOptions`, `UpdateOptions` or `PatchOptions`. Throws 422 for values that they do not have. */
export function writeOptions({ context, identity }: OptionsRequest, kind: string, isApply = false): WriteOptions {
  if (context.rawQuery === '' && !isApply) return { dryRun: false, validation: 'Warn', manager: managerName(context, identity, ''), force: false };
  const { query } = context;
  const given = query.get('fieldManager') ?? '';
  const dryRun = query.getAll('dryRun');
  const validation = query.get('fieldValidation') ?? '';
  const errors = [...patchErrors(context, kind, isApply), ...managerErrors(given), ...dryRunErrors(dryRun), ...validationErrors(validation)];
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return { dryRun: dryRun.length > 0, validation: validation === '' ? 'Warn' : (validation as FieldValidation), manager: managerName(context, identity, given), force: isTrue(query.get('force')) };
}

/** Of a boolean parameter: what says `false` or `0` is not meant, anything else is. */
function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function patchErrors({ query }: RequestContext, kind: string, isApply: boolean): FieldError[] {
  if (isApply) return query.get('fieldManager') ? [] : [required('fieldManager', 'is required for apply patch')];
  return kind === 'PatchOptions' && query.has('force') ? [forbidden('force', 'may not be specified for non-apply patch')] : [];
}

function managerErrors(name: string): FieldError[] {
  const errors = Buffer.byteLength(name) > LONGEST_MANAGER ? [tooLong('fieldManager', LONGEST_MANAGER)] : [];
  let at = 0;
  for (const letter of name) {
    if (!PRINTABLE.test(letter)) errors.push(invalid('fieldManager', name, `invalid character ${characterText(letter)} (at position ${String(at)})`));
    at += Buffer.byteLength(letter);
  }
  return errors;
}

/** As Go's `%#U` shows what it does not print. */
function characterText(letter: string): string {
  return `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}

function validationErrors(value: string): FieldError[] {
  return VALIDATIONS.includes(value) ? [] : [notSupported('fieldValidation', value, VALIDATIONS)];
}

/** Whether the request asks for a dry run. Throws 422 for a value other than `All`. */
export function isDryRun({ context }: { readonly context: RequestContext }, kind: string, fromBody: readonly string[] = []): boolean {
  if (context.rawQuery === '' && fromBody.length === 0) return false;
  const wanted = [...context.query.getAll('dryRun'), ...fromBody];
  const errors = dryRunErrors(wanted);
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return wanted.length > 0;
}

/** How unknown and duplicate fields are treated. Throws 422 for an unknown value. */
export function fieldValidation({ context }: { readonly context: RequestContext }, kind: string): FieldValidation {
  const value = context.rawQuery === '' ? '' : (context.query.get('fieldValidation') ?? '');
  const errors = validationErrors(value);
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return value === '' ? 'Warn' : (value as FieldValidation);
}

import { invalid } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const fileModeRule = 'must be a number between 0 and 0777 (octal), both inclusive';

/** A path that stays where it begins. */
export function validateDescendingPath(path: string, at: FieldPath, errors: FieldError[]): void {
  if (path.startsWith('/')) errors.push(invalid(at, path, 'must be a relative path'));
  validateNoBacksteps(path, at, errors);
}

/** As `validateDescendingPath`; names that begin with `..` belong to the writer of the volume. */
export function validateUnreservedPath(path: string, at: FieldPath, errors: FieldError[]): void {
  validateDescendingPath(path, at, errors);
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalid(at, path, "must not start with '..'"));
}

/** A path without a `..` step. */
export function validateNoBacksteps(path: string, at: FieldPath, errors: FieldError[]): void {
  if (path.split('/').includes('..')) errors.push(invalid(at, path, "must not contain '..'"));
}

/** Permission bits of a file. */
export function validateFileMode(mode: number | undefined, at: FieldPath, errors: FieldError[]): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalid(at, mode, fileModeRule));
}

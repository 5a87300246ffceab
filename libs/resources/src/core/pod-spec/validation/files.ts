import type { coreV1 } from '@gantry/api-types';
import { invalid, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { fileFields, validateFieldReference, validateResourceReference } from './downward-api.js';
import { validateFileMode, validateUnreservedPath } from './paths.js';

/** A key of a ConfigMap or Secret and the file that shows it. */
export function validateKeyToPath({ key, path, mode }: coreV1.KeyToPath, at: FieldPath, errors: FieldError[]): void {
  if (!key) errors.push(required(at.child('key')));
  if (!path) errors.push(required(at.child('path')));
  else validateUnreservedPath(path, at.child('path'), errors);
  validateFileMode(mode, at.child('mode'), errors);
}

/** A field of the pod and the file that shows it. */
export function validateFieldFile(file: coreV1.DownwardAPIVolumeFile, at: FieldPath, errors: FieldError[]): void {
  if (!file.path) errors.push(required(at.child('path')));
  else validateUnreservedPath(file.path, at.child('path'), errors);
  if (file.fieldRef !== undefined) {
    validateFieldReference(file.fieldRef, fileFields, at.child('fieldRef'), errors);
    if (file.resourceFieldRef !== undefined) errors.push(invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (file.resourceFieldRef !== undefined) validateResourceReference(file.resourceFieldRef, true, at.child('resourceFieldRef'), errors);
  else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  validateFileMode(file.mode, at.child('mode'), errors);
}

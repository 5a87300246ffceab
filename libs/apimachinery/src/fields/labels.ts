import type { FieldError } from '../field-error.js';
import { forbidden, invalid, required, tooLong } from './build.js';
import { isLabelValue, isQualifiedName } from './formats.js';
import type { FieldPath } from './path.js';

/** Both limits of annotations together: 256 KiB of keys and values. */
const annotationBytesLimit = 256 * 1024;

/** The label selector of an object's `spec.selector`. */
export interface LabelSelectorFields {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** Keys and values of a label map. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    for (const problem of isQualifiedName(key)) errors.push(invalid(at, key, problem));
    for (const problem of isLabelValue(labels[key] ?? '')) errors.push(invalid(at, labels[key], problem));
  }
  return errors;
}

/** Keys of an annotation map, and its size. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in annotations) {
    for (const problem of isQualifiedName(key.toLowerCase())) errors.push(invalid(at, key, problem));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key] ?? '');
  }
  if (bytes > annotationBytesLimit) errors.push(tooLong(at, annotationBytesLimit));
  return errors;
}

/** A label selector in object form. */
export function validateLabelSelector(selector: LabelSelectorFields | undefined, at: FieldPath): FieldError[] {
  if (selector === undefined) return [];
  const errors = validateLabels(selector.matchLabels, at.child('matchLabels'));
  selector.matchExpressions?.forEach((expression, index) => {
    errors.push(...validateExpression(expression, at.child('matchExpressions').index(index)));
  });
  return errors;
}

function validateExpression({ key, operator, values = [] }: { key: string; operator: string; values?: readonly string[] }, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) errors.push(forbidden(at.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else {
    errors.push(invalid(at.child('operator'), operator, 'not a valid selector operator'));
  }
  for (const problem of isQualifiedName(key)) errors.push(invalid(at.child('key'), key, problem));
  values.forEach((value, index) => {
    for (const problem of isLabelValue(value)) errors.push(invalid(at.child('values').index(index), value, problem));
  });
  return errors;
}

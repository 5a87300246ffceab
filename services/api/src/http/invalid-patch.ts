import { newInvalid } from '@gantry/apimachinery';
import type { GroupKind } from '@gantry/apimachinery';

/** 422 for a patch whose result has fields that the kind does not know, under strict field validation. */
export function newInvalidPatch(kind: GroupKind, name: string, problems: readonly string[]): Error {
  return newInvalid(kind, name, [{ type: 'FieldValueInvalid', field: 'patch', message: `Invalid value: ${JSON.stringify('{}')}: strict decoding error: ${problems.join(', ')}` }]);
}

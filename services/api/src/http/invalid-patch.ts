import { invalid, newInvalid } from '@gantry/apimachinery';

/** 422 for a patch whose result does not have the form of its kind. `shown` is how upstream shows the patch, or what it made. */
export function newInvalidPatch(shown: string, problem: string): Error {
  return newInvalid({ group: '', kind: '' }, '', [invalid('patch', shown, problem)]);
}

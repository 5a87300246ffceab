import type { coreV1 } from '@gantry/api-types';
import { notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';

/** The body of `pods/<name>/binding`: the node that the pod goes to. */
export function validatePodBinding({ target }: coreV1.Binding): FieldError[] {
  const errors: FieldError[] = [];
  if (target.kind && target.kind !== 'Node') errors.push(notSupported(path('target').child('kind'), target.kind, ['Node', '<empty>']));
  if (!target.name) errors.push(required(path('target').child('name')));
  return errors;
}

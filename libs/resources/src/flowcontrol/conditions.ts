import { duplicate, path, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';

const conditionsPath = path('status').child('conditions');

/** The conditions of a flow schema or a priority level: each type once. */
export function validateConditions(conditions: readonly { readonly type?: string }[] | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (conditions ?? []).forEach(({ type = '' }, index) => {
    const at = conditionsPath.index(index).child('type');
    if (seen.has(type)) errors.push(duplicate(at, type));
    seen.add(type);
    if (type === '') errors.push(required(at));
  });
  return errors;
}

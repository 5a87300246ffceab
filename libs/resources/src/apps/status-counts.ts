import { invalid, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';

const statusPath = path('status');

/** The counts of a workload's status: none negative, none above what contains it. */
export function validateCounts(status: Readonly<Record<string, unknown>>, fields: readonly string[], parts: readonly string[], errors: FieldError[]): void {
  const value = (field: string) => (status[field] as number | undefined) ?? 0;
  for (const field of fields) {
    if (value(field) < 0) errors.push(invalid(statusPath.child(field), value(field), 'must be greater than or equal to 0'));
  }
  for (const field of parts) {
    if (value(field) > value('replicas')) errors.push(invalid(statusPath.child(field), value(field), 'cannot be greater than status.replicas'));
  }
  if (value('availableReplicas') > value('readyReplicas')) {
    errors.push(invalid(statusPath.child('availableReplicas'), value('availableReplicas'), 'cannot be greater than readyReplicas'));
  }
}

/** A count of a spec, which must not be negative. */
export function validateNonnegative(value: number | undefined, field: string, errors: FieldError[]): void {
  if ((value ?? 0) < 0) errors.push(invalid(field, value, 'must be greater than or equal to 0'));
}

import type { coreV1 } from '@gantry/api-types';
import type { Quantity } from '@gantry/apimachinery';
import { quantityOf } from '@gantry/apimachinery';
import type { ResourceObject } from '../descriptor.js';
import type { Amounts } from './amounts.js';

export type ScopeRequirement = coreV1.ScopedResourceSelectorRequirement;

/** A write that a quota may count. */
export interface QuotaWrite {
  readonly operation: 'CREATE' | 'UPDATE';
  /** '' for the resource itself. */
  readonly subresource: string;
  readonly object: ResourceObject;
  /** undefined on a create. */
  readonly old: ResourceObject | undefined;
}

/** How objects of one resource count in quotas. */
export interface QuotaEvaluator {
  /** Whether the write may change what is used. */
  readonly handles: (write: QuotaWrite) => boolean;
  /** Whether objects of this resource count under this name. */
  readonly covers: (name: string) => boolean;
  /** What an object uses. `now` is milliseconds since the epoch. */
  readonly usage: (object: ResourceObject, now: number) => Amounts;
  readonly isInScope: (requirement: ScopeRequirement, object: ResourceObject) => boolean;
  /** What the object must say where these names are limited, and does not. */
  readonly missing: (names: readonly string[], object: ResourceObject) => string | undefined;
}

export const ONE: Quantity = quantityOf('1');

/** Whether a text is among the values of a scope selector's requirement. */
export function satisfies({ operator, values = [] }: ScopeRequirement, value: string): boolean {
  if (operator === 'Exists') return value !== '';
  if (operator === 'DoesNotExist') return value === '';
  const isListed = value !== '' && values.includes(value);
  return operator === 'In' ? isListed : !isListed;
}

import type { coreV1 } from '@gantry/api-types';
import type { Quantity } from '@gantry/apimachinery';
import { quantityOf } from '@gantry/apimachinery';
import type { ResourceObject } from '../descriptor.js';
import { addTo, listOf, only } from './amounts.js';
import { quotaEvaluatorOf } from './evaluators.js';
import { isInScopes } from './scopes.js';

/** All objects of one resource in a namespace. */
export interface CountedObjects {
  readonly group: string;
  readonly resource: string;
  readonly objects: readonly ResourceObject[];
}

/** Whether objects of this resource count in the quota. */
export function countsIn({ hard = {} }: coreV1.ResourceQuotaSpec, group: string, resource: string): boolean {
  const evaluator = quotaEvaluatorOf(group, resource);
  return evaluator !== undefined && Object.keys(hard).some(evaluator.covers);
}

/** What these objects use of a quota: all that can be counted of what it limits, 0 where there is nothing. `now` is milliseconds since the epoch. */
export function quotaUsage(spec: coreV1.ResourceQuotaSpec, counted: readonly CountedObjects[], now: number): Record<string, string> {
  const used = new Map<string, Quantity>();
  for (const { group, resource, objects } of counted) {
    const evaluator = quotaEvaluatorOf(group, resource);
    if (evaluator === undefined) continue;
    const covered = Object.keys(spec.hard ?? {}).filter(evaluator.covers);
    for (const name of covered) if (!used.has(name)) used.set(name, quantityOf('0'));
    for (const object of objects) if (isInScopes(spec, evaluator, object)) addTo(used, only(evaluator.usage(object, now), (name) => covered.includes(name)));
  }
  return listOf(used);
}

import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';
import { canonicalizeResources } from '../pod-spec/quantities.js';

/** A limit range as defaults leave it. */
export type DefaultedLimitRange = WithMetadata<coreV1.LimitRange> & { spec: coreV1.LimitRangeSpec };

/** The lists of an item, each by the name of the resource. */
export const limitLists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** Fills a limit range: containers that say nothing get the most as their limit, and their limit as their request. */
export function defaultLimitRange(range: DefaultedLimitRange): void {
  range.metadata ??= {};
  const spec = (range.spec ??= {} as coreV1.LimitRangeSpec);
  spec.limits ??= [];
  for (const item of spec.limits) {
    if (item.type === 'Container') defaultContainerItem(item);
    for (const list of limitLists) canonicalizeResources(item[list]);
  }
}

function defaultContainerItem(item: coreV1.LimitRangeItem): void {
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

import type { coreV1 } from '@gantry/api-types';

type Subset = coreV1.EndpointSubset;

/** The most addresses of an object. */
const MAX_ADDRESSES = 1000;

function count(subsets: readonly Subset[], field: 'addresses' | 'notReadyAddresses'): number {
  return subsets.reduce((sum, subset) => sum + (subset[field]?.length ?? 0), 0);
}

function withAddresses(subset: Subset, field: 'addresses' | 'notReadyAddresses', kept: number): Subset {
  const { [field]: before = [], ...others } = subset;
  const after = before.slice(0, kept);
  return after.length === 0 ? others : { ...others, [field]: after };
}

/** Keeps `room` addresses of the field, of each subset in proportion to what it has. */
function shrink(subsets: readonly Subset[], field: 'addresses' | 'notReadyAddresses', room: number): Subset[] {
  const total = count(subsets, field);
  let left = room;
  return subsets.map((subset) => {
    const share = total === 0 ? 0 : Math.ceil(((subset[field]?.length ?? 0) / total) * room);
    const kept = Math.min(share, left);
    left -= Math.min(kept, subset[field]?.length ?? 0);
    return withAddresses(subset, field, kept);
  });
}

/** At most `limit` addresses in all, ready ones before others; undefined where there are no more than that. */
export function truncate(subsets: readonly Subset[], limit: number = MAX_ADDRESSES): Subset[] | undefined {
  const ready = count(subsets, 'addresses');
  if (ready + count(subsets, 'notReadyAddresses') <= limit) return undefined;
  if (ready <= limit) return shrink(subsets, 'notReadyAddresses', limit - ready);
  return shrink(shrink(subsets, 'notReadyAddresses', 0), 'addresses', limit);
}

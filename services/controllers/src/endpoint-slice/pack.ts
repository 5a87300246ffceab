import type { discoveryV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { endpointKey } from './endpoint.js';

type Slice = discoveryV1.EndpointSlice;
type Endpoint = discoveryV1.Endpoint;

/** What becomes of slices. Those to be created have no name yet; those to be updated keep their revision, which guards the write. */
export interface SliceChanges {
  readonly create: Slice[];
  readonly update: Slice[];
  readonly remove: Slice[];
}

export interface PackOptions {
  /** The most endpoints of a slice. */
  readonly limit: number;
  readonly labels: Readonly<Record<string, string>>;
  /** A new slice without endpoints. */
  readonly empty: () => Slice;
}

/** The existing slices by what their own endpoints demand of them. */
interface Sorted {
  readonly kept: Slice[];
  readonly changed: Slice[];
  readonly emptied: Slice[];
}

function endpointsOf({ endpoints }: Slice): readonly Endpoint[] {
  return endpoints ?? [];
}

/** Takes each endpoint of the slice that is wanted out of `left`, as it is wanted. */
function retained(slice: Slice, left: Map<string, Endpoint>): Endpoint[] {
  return endpointsOf(slice).flatMap((endpoint) => {
    const key = endpointKey(endpoint);
    const wanted = left.get(key);
    left.delete(key);
    return wanted === undefined ? [] : [wanted];
  });
}

function sortOut(existing: readonly Slice[], left: Map<string, Endpoint>, { labels }: PackOptions): Sorted {
  const sorted: Sorted = { kept: [], changed: [], emptied: [] };
  for (const slice of existing) {
    const endpoints = retained(slice, left);
    if (endpoints.length === 0) sorted.emptied.push(slice);
    else if (deepEqual(endpoints, endpointsOf(slice)) && deepEqual(slice.metadata?.labels, labels)) sorted.kept.push(slice);
    else sorted.changed.push({ ...slice, metadata: { ...slice.metadata, labels: { ...labels } }, endpoints });
  }
  return sorted;
}

function fill(slice: Slice, left: Map<string, Endpoint>, limit: number): Slice {
  const added = [...left].slice(0, Math.max(0, limit - endpointsOf(slice).length));
  added.forEach(([key]) => left.delete(key));
  return { ...slice, endpoints: [...endpointsOf(slice), ...added.map(([, endpoint]) => endpoint)] };
}

function byLength(a: Slice, b: Slice): number {
  return endpointsOf(b).length - endpointsOf(a).length;
}

/** The slice that all that is left fits into, and that has the least room to spare; undefined where it fits into none. */
function closestFit(slices: readonly Slice[], count: number, limit: number): Slice | undefined {
  return slices.filter((slice) => endpointsOf(slice).length + count <= limit).toSorted(byLength)[0];
}

/**
 * Distributes the wanted endpoints, which all have the same ports, over slices with few writes. What is in a slice stays in it. What is new
 * goes where a write is due anyway, the fullest first; the rest into one untouched slice if it fits, else into new ones. So slices
 * are not always full: each write of a slice goes to every node.
 */
export function pack(existing: readonly Slice[], wanted: readonly Endpoint[], options: PackOptions): SliceChanges {
  const { limit, labels } = options;
  const left = new Map(wanted.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const { kept, changed, emptied } = sortOut(existing, left, options);
  const update = changed.toSorted(byLength).map((slice) => fill(slice, left, limit));
  const create: Slice[] = [];
  const untouched = new Set(kept);
  while (left.size > 0) {
    const fit = closestFit([...untouched], left.size, limit);
    if (fit === undefined) create.push(fill(options.empty(), left, limit));
    else {
      untouched.delete(fit);
      update.push(fill({ ...fit, metadata: { ...fit.metadata, labels: { ...labels } } }, left, limit));
    }
  }
  return { create, update, remove: emptied };
}

/** Turns creates into updates of slices that would be deleted, as far as there are some that may be reused: one write instead of two. */
export function recycle({ create, update, remove }: SliceChanges, mayReuse: (slice: Slice, created: Slice) => boolean): SliceChanges {
  const result: SliceChanges = { create: [], update: [...update], remove: [...remove] };
  for (const created of create) {
    const index = result.remove.findIndex((slice) => mayReuse(slice, created));
    const [reused] = index < 0 ? [] : result.remove.splice(index, 1);
    if (reused === undefined) result.create.push(created);
    else result.update.push({ ...created, metadata: reusedMetadata(created, reused) });
  }
  return result;
}

function reusedMetadata({ metadata: { generateName: _none, ...wanted } = {} }: Slice, { metadata: { name, uid, resourceVersion } = {} }: Slice) {
  return { ...wanted, name, uid, resourceVersion };
}

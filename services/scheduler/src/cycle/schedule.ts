import type { PodFacts } from '../pods/pod-facts.js';
import type { NodeTable } from '../snapshot/node-table.js';
import type { FilterPlugin, PreparedFilter, Refusal, ScorePlugin } from './plugin.js';

export interface Plugins {
  readonly filters: readonly FilterPlugin[];
  readonly scores: readonly ScorePlugin[];
}

export type ScheduleResult =
  | { readonly type: 'fits'; readonly node: string; readonly evaluated: number; readonly feasible: number }
  /** By node, in the table's order. */
  | { readonly type: 'refused'; readonly refusals: readonly (readonly Refusal[])[] };

const FEWEST_NODES = 100;
const LEAST_PERCENT = 5;

/** In a large cluster the first so many nodes that fit are good enough; upstream's adaptive percentage. */
export function nodesToFind(count: number): number {
  if (count < FEWEST_NODES) return count;
  const percent = Math.max(LEAST_PERCENT, 50 - Math.floor(count / 125));
  return Math.max(FEWEST_NODES, Math.floor((count * percent) / 100));
}

function passesAll(filters: readonly PreparedFilter[], node: number): boolean {
  for (const filter of filters) if (!filter.passes(node)) return false;
  return true;
}

function explain(filters: readonly PreparedFilter[], node: number): readonly Refusal[] {
  const refusing = filters.find((filter) => !filter.passes(node));
  return refusing?.explain(node) ?? [];
}

/**
 * Finds the node for a pod. No clock, no input, no output; it keeps only its scratch space and where it stopped looking, so
 * that all nodes get their turn.
 */
export class SchedulingCycle {
  #start = 0;
  #feasible = new Int32Array(0);
  #points = new Float64Array(0);
  #total = new Float64Array(0);

  constructor(private readonly plugins: Plugins) {}

  schedule(pod: PodFacts, nodes: NodeTable): ScheduleResult {
    this.#fit(nodes.count);
    const prepared = this.plugins.filters.map((filter) => filter.prepare(pod, nodes)).filter((filter) => filter !== undefined);
    const { feasible, evaluated } = this.#findFeasible(prepared, nodes.count);
    if (feasible === 0) return { type: 'refused', refusals: nodes.names.map((_name, node) => explain(prepared, node)) };
    const best = feasible === 1 ? 0 : this.#best(pod, nodes, feasible);
    return { type: 'fits', node: nodes.names[this.#feasible[best] as number] as string, evaluated, feasible };
  }

  #fit(count: number): void {
    if (this.#feasible.length >= count) return;
    this.#feasible = new Int32Array(count * 2);
    this.#points = new Float64Array(count * 2);
    this.#total = new Float64Array(count * 2);
  }

  #findFeasible(filters: readonly PreparedFilter[], count: number): { feasible: number; evaluated: number } {
    const limit = nodesToFind(count);
    let feasible = 0;
    let evaluated = 0;
    let node = count === 0 ? 0 : this.#start % count;
    for (; evaluated < count && feasible < limit; evaluated += 1) {
      if (passesAll(filters, node)) this.#feasible[feasible++] = node;
      node = node + 1 === count ? 0 : node + 1;
    }
    this.#start = node;
    return { feasible, evaluated };
  }

  /** Of equals the first: the start moves on with every pod, so it is not always the same. */
  #best(pod: PodFacts, nodes: NodeTable, count: number): number {
    const total = this.#total.fill(0, 0, count);
    for (const plugin of this.plugins.scores) {
      const score = plugin.prepare(pod, nodes);
      if (score === undefined) continue;
      score(this.#feasible, count, this.#points);
      for (let index = 0; index < count; index += 1) total[index] = (total[index] as number) + plugin.weight * (this.#points[index] as number);
    }
    let best = 0;
    for (let index = 1; index < count; index += 1) if ((total[index] as number) > (total[best] as number)) best = index;
    return best;
  }
}

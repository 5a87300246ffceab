import type { PodFacts } from '../pods/pod-facts.js';
import type { NodeTable } from '../snapshot/node-table.js';

/** Why a node cannot take a pod. */
export interface Refusal {
  readonly plugin: string;
  /** As users read it behind a number of nodes: `Insufficient cpu`, `node(s) were unschedulable`. */
  readonly reason: string;
  /** Whether fewer pods on the node would help. */
  readonly resolvable: boolean;
}

/** A filter made ready for one pod. Nodes are rows of the table. */
export interface PreparedFilter {
  passes(node: number): boolean;
  /** At least one refusal, for a node that does not pass. */
  explain(node: number): readonly Refusal[];
}

export interface FilterPlugin {
  readonly name: string;
  /** Undefined where the pod asks for nothing that this filter looks at. */
  prepare(pod: PodFacts, nodes: NodeTable): PreparedFilter | undefined;
}

/** Writes the points of `feasible[0..count)` to `points[0..count)`, from 0 to 100. */
export type PreparedScore = (feasible: Int32Array, count: number, points: Float64Array) => void;

export interface ScorePlugin {
  readonly name: string;
  readonly weight: number;
  /** Undefined where all nodes are equal in this. */
  prepare(pod: PodFacts, nodes: NodeTable): PreparedScore | undefined;
}

export const MOST_POINTS = 100;

/** Stretches the points so that the highest is 100; reversed: the highest becomes 0. */
export function normalize(points: Float64Array, count: number, reversed: boolean): void {
  let highest = 0;
  for (let index = 0; index < count; index += 1) highest = Math.max(highest, points[index] as number);
  for (let index = 0; index < count; index += 1) {
    const part = highest === 0 ? 0 : Math.floor(((points[index] as number) * MOST_POINTS) / highest);
    points[index] = reversed ? MOST_POINTS - part : part;
  }
}

/** A filter that has one reason for all. */
export function simpleFilter(refusal: Refusal, passes: (node: number) => boolean): PreparedFilter {
  const refusals = [refusal];
  return { passes, explain: () => refusals };
}

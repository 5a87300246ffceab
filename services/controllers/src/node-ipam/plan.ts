import type { coreV1 } from '@gantry/api-types';
import { revisionOf } from '@gantry/informer';
import type { PodCidrs } from './pod-cidrs.js';

export interface Assignment {
  readonly node: coreV1.Node;
  readonly podCidr: string;
  /** The share that is tried first when this one is written: see `PodCidrs`. */
  readonly next: number;
}

/** What one look at all nodes leads to. */
export interface NodeIpamPlan {
  /** In the order in which they must be written, each only after the one before it was. */
  readonly assignments: readonly Assignment[];
  /** Nodes for which nothing is left. */
  readonly refused: readonly coreV1.Node[];
}

export function hasPodCidr({ spec }: coreV1.Node): boolean {
  return podCidrsOf(spec).length > 0;
}

function podCidrsOf(spec: coreV1.NodeSpec | undefined): readonly string[] {
  const { podCIDR = '', podCIDRs = [] } = spec ?? {};
  return podCIDRs.length > 0 || podCIDR === '' ? podCIDRs : [podCIDR];
}

/**
 * Ranges for all nodes that have none: pure but for what it takes from `free`. `nodes` is one list of the server, not a cache.
 *
 * No two nodes get one range, however many controllers do this at once, on three conditions: the list is as the server had it at one
 * revision, every write holds only for the revision of its node in that list, and nodes are written by growing revision, up to the
 * first write that fails. Say A, of the older list, writes X after B's list was made, and B gives the same range to Y. Then X did not
 * change between the lists, and B must write X too.
 * - X is before Y in B's list: B writes X first. Of A's and B's writes of X one fails, and B's failure keeps it from Y.
 * - Y is before X: its revision is older than X's, so it was in A's list too and before X. A writes Y before X, and of A's and B's writes
 *   of Y one fails: A's failure keeps it from X, B's is the write in question.
 */
export function computePlan(nodes: readonly coreV1.Node[], free: PodCidrs): NodeIpamPlan {
  for (const { spec } of nodes) podCidrsOf(spec).forEach((cidr) => free.occupy(cidr));
  const waiting = nodes.filter((node) => !hasPodCidr(node)).toSorted((a, b) => revisionOf(a) - revisionOf(b));
  const assignments: Assignment[] = [];
  for (const [index, node] of waiting.entries()) {
    const podCidr = free.take();
    if (podCidr === undefined) return { assignments, refused: waiting.slice(index) };
    assignments.push({ node, podCidr, next: free.next });
  }
  return { assignments, refused: [] };
}

import type { NodeSettings } from '../node-process/messages.js';

/** Where one node is: prepared before each life of its process. */
export interface NodePlace {
  /** Path of its network namespace. */
  readonly namespace: string;
  readonly address: string;
  readonly runtime: NodeSettings['runtime'];
}

/** What the nodes of a cluster stand on: where they have their network and what runs their containers. */
export interface NodeGround {
  /** What all nodes have together. */
  readonly totals: { readonly cpus: number; readonly memoryBytes: number };
  /** Makes sure that the node's place is there: one that an earlier process left is kept, its pods hang on it. */
  prepare(node: string): Promise<NodePlace>;
  /** Takes away what only a running cluster needs, once its nodes have ended. */
  stop(): Promise<unknown>;
}

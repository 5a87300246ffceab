import type { coreV1 } from '@gantry/api-types';
import type { Clock, Timer } from '@gantry/async';
import type { PodFacts } from '../pods/pod-facts.js';
import { NodeTable } from './node-table.js';

/** Milliseconds for which a pod that was bound may stay unseen before its place counts as free again. */
const ASSUMED_LIFETIME = 30_000;

interface Placed {
  facts: PodFacts;
  node: string;
  /** Decided here and not yet seen to be so. */
  assumed: boolean;
  expiry?: Timer;
}

/**
 * The nodes and the pods on them: what was seen, and what this scheduler has decided. A decision counts from the moment it is
 * made, so that the next cycle does not give the same place away again while the binding is on its way.
 */
export class ClusterCache {
  readonly nodes = new NodeTable();
  readonly #placed = new Map<string, Placed>();

  constructor(
    private readonly clock: Clock,
    private readonly lifetime = ASSUMED_LIFETIME,
  ) {}

  /** Whether the pod is on a node, as seen or as decided. */
  isPlaced(uid: string): boolean {
    return this.#placed.has(uid);
  }

  /** The node is there, in this state. Pods that were seen before their node are counted now. */
  setNode(node: coreV1.Node): void {
    const name = node.metadata?.name ?? '';
    const isNew = this.nodes.indexOf(name) < 0;
    this.nodes.setNode(node);
    if (isNew) for (const placed of this.#placed.values()) if (placed.node === name) this.nodes.addPod(placed.facts, name);
  }

  removeNode(name: string): void {
    this.nodes.removeNode(name);
  }

  /** The pod is seen to be on the node: confirms an assumption, or corrects it. Returns what was known of it. */
  setPod(facts: PodFacts, node: string): PodFacts | undefined {
    const before = this.#placed.get(facts.uid);
    if (before !== undefined) this.#take(before);
    this.#put({ facts, node, assumed: false });
    return before?.facts;
  }

  /** The pod is gone, or has ended. */
  removePod(uid: string): void {
    const placed = this.#placed.get(uid);
    if (placed === undefined) return;
    this.#take(placed);
  }

  /** The pod will be bound to the node. */
  assume(facts: PodFacts, node: string): void {
    this.#put({ facts, node, assumed: true });
  }

  /** The binding failed: the place is free again. A pod that is seen on a node stays there. */
  forget(uid: string): void {
    const placed = this.#placed.get(uid);
    if (placed?.assumed === true) this.#take(placed);
  }

  /** The binding was made: from now on the pod must be seen before long. */
  bound(uid: string): void {
    const placed = this.#placed.get(uid);
    if (placed?.assumed !== true) return;
    placed.expiry?.cancel();
    placed.expiry = this.clock.setTimeout(() => this.forget(uid), this.lifetime);
  }

  /** Lets go of timers. */
  close(): void {
    for (const { expiry } of this.#placed.values()) expiry?.cancel();
  }

  #put(placed: Placed): void {
    this.#placed.set(placed.facts.uid, placed);
    this.nodes.addPod(placed.facts, placed.node);
  }

  #take(placed: Placed): void {
    placed.expiry?.cancel();
    this.#placed.delete(placed.facts.uid);
    this.nodes.removePod(placed.facts, placed.node);
  }
}

import type { Clock, Timer } from '@gantry/async';
import { backoffDelay, Deferred, onAbort } from '@gantry/async';
import type { PodFacts } from '../pods/pod-facts.js';
import type { ClusterEvent } from './cluster-events.js';
import { canHelp } from './cluster-events.js';
import { Heap } from './heap.js';

/** Milliseconds. */
export interface QueueTimes {
  readonly initialBackoff: number;
  readonly maxBackoff: number;
  /** A refused pod is tried again after this even if nothing happened. */
  readonly unschedulableTimeout: number;
}

const DEFAULT_QUEUE_TIMES: QueueTimes = { initialBackoff: 1_000, maxBackoff: 10_000, unschedulableTimeout: 300_000 };

/** Where a pod is: `active` it waits for its turn, `taken` it is being placed, `backoff` it waits after a failure, `refused` for an event. */
type Place = 'active' | 'taken' | 'backoff' | 'refused';

interface Entry {
  facts: PodFacts;
  place: Place;
  /** The order of arrival in `active`. */
  order: number;
  attempts: number;
  failedAt: number;
  refusedBy: ReadonlySet<string>;
  /** Events that came while it was being placed: they may have come too late to be seen. */
  missed: Set<ClusterEvent>;
  timer?: Timer;
}

interface Ticket {
  readonly entry: Entry;
  readonly order: number;
}

/** By priority, then by time. */
function before(a: Ticket, b: Ticket): boolean {
  const difference = b.entry.facts.priority - a.entry.facts.priority;
  return difference !== 0 ? difference < 0 : a.order < b.order;
}

/** The pods that wait for a node, each in exactly one place, by uid. */
export class SchedulingQueue {
  readonly #entries = new Map<string, Entry>();
  /** Tickets of pods that left `active` otherwise stay in the heap and are skipped. */
  readonly #active = new Heap<Ticket>(before);
  #order = 0;
  #closed = false;
  #taker: Deferred<PodFacts | undefined> | undefined;
  readonly #times: QueueTimes;

  constructor(
    private readonly clock: Clock,
    times: Partial<QueueTimes> = {},
  ) {
    this.#times = { ...DEFAULT_QUEUE_TIMES, ...times };
  }

  /** How many pods are in each place. */
  counts(): Record<Place, number> {
    const counts = { active: 0, taken: 0, backoff: 0, refused: 0 };
    for (const { place } of this.#entries.values()) counts[place] += 1;
    return counts;
  }

  /** A pod that needs a node, or such a pod's new state; a change of what it asks for gives a refused one another try. */
  set(facts: PodFacts, changed = true): void {
    const entry = this.#entries.get(facts.uid);
    if (entry === undefined) return this.#insert(facts);
    entry.facts = facts;
    if (entry.place === 'refused' && changed) this.#retry(entry);
  }

  /** The pod needs no node any more. */
  remove(uid: string): void {
    const entry = this.#entries.get(uid);
    entry?.timer?.cancel();
    this.#entries.delete(uid);
  }

  /** The next pod; undefined when closed or aborted. One taker at a time. */
  take(signal?: AbortSignal): Promise<PodFacts | undefined> {
    if (this.#closed || signal?.aborted === true) return Promise.resolve(undefined);
    const entry = this.#pop();
    if (entry !== undefined) return Promise.resolve(entry.facts);
    const taker = new Deferred<PodFacts | undefined>();
    this.#taker = taker;
    void taker.promise.then(onAbort(signal, () => this.#wake(undefined)));
    return taker.promise;
  }

  /** No node can take the pod that was taken: it waits for an event that helps, or, if one came meanwhile, for its back-off. */
  refuse(uid: string, refusedBy: ReadonlySet<string>): void {
    const entry = this.#failed(uid);
    if (entry === undefined) return;
    entry.refusedBy = refusedBy;
    if ([...entry.missed].some((event) => canHelp(event, refusedBy))) return this.#retry(entry);
    entry.place = 'refused';
    entry.timer = this.clock.setTimeout(() => this.#retry(entry), this.#times.unschedulableTimeout);
  }

  /** Placing the pod that was taken failed for no fault of the nodes: it is tried again after its back-off. */
  retry(uid: string): void {
    const entry = this.#failed(uid);
    if (entry !== undefined) this.#retry(entry);
  }

  /** Something happened: refused pods that it may help are tried again. */
  happened(event: ClusterEvent): void {
    for (const entry of this.#entries.values()) {
      if (entry.place === 'taken') entry.missed.add(event);
      else if (entry.place === 'refused' && canHelp(event, entry.refusedBy)) this.#retry(entry);
    }
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#entries.values()) timer?.cancel();
    this.#entries.clear();
    this.#wake(undefined);
  }

  #insert(facts: PodFacts): void {
    if (this.#closed) return;
    const entry: Entry = { facts, place: 'active', order: 0, attempts: 0, failedAt: 0, refusedBy: new Set(), missed: new Set() };
    this.#entries.set(facts.uid, entry);
    this.#activate(entry);
  }

  #failed(uid: string): Entry | undefined {
    const entry = this.#entries.get(uid);
    if (entry?.place !== 'taken') return undefined;
    entry.failedAt = this.clock.monotonic();
    return entry;
  }

  /** To `active` when its back-off is over. */
  #retry(entry: Entry): void {
    entry.timer?.cancel();
    const { initialBackoff, maxBackoff } = this.#times;
    const wait = backoffDelay({ initial: initialBackoff, cap: maxBackoff }, entry.attempts) - (this.clock.monotonic() - entry.failedAt);
    if (wait <= 0) return this.#activate(entry);
    entry.place = 'backoff';
    entry.timer = this.clock.setTimeout(() => this.#activate(entry), wait);
  }

  #activate(entry: Entry): void {
    entry.place = 'active';
    entry.order = this.#order++;
    this.#active.push({ entry, order: entry.order });
    if (this.#taker !== undefined) this.#wake(this.#pop()?.facts);
  }

  #pop(): Entry | undefined {
    for (;;) {
      const ticket = this.#active.pop();
      if (ticket === undefined) return undefined;
      const { entry, order } = ticket;
      if (entry.place !== 'active' || entry.order !== order || this.#entries.get(entry.facts.uid) !== entry) continue;
      entry.place = 'taken';
      entry.attempts += 1;
      entry.missed.clear();
      return entry;
    }
  }

  #wake(facts: PodFacts | undefined): void {
    const taker = this.#taker;
    this.#taker = undefined;
    taker?.resolve(facts);
  }
}

import type { CacheEvent } from './cache-event.js';

/** What a ring keeps at most. The newest event is kept whatever its size. */
export interface RingLimits {
  readonly events: number;
  /** Bytes of the states that the events carry. */
  readonly bytes: number;
}

/** The newest events of one resource, for watches that resume. */
export class EventRing {
  #events: CacheEvent[] = [];
  /** Index of the oldest event that is still kept. */
  #head = 0;
  #bytes = 0;

  constructor(
    private readonly limits: RingLimits,
    /** Everything after this revision is in the ring. */
    private floor: number,
  ) {}

  push(event: CacheEvent): void {
    this.#events.push(event);
    this.#bytes += sizeOf(event);
    while (this.#isOver()) this.#drop();
    if (this.#head > 256 && this.#head * 2 > this.#events.length) this.#compact();
  }

  /** True when no event after `revision` has left the ring. */
  covers(revision: number): boolean {
    return revision >= this.floor;
  }

  /** The events after `revision`, oldest first. Only meaningful where `covers(revision)`. */
  *after(revision: number): Generator<CacheEvent> {
    for (let i = this.#firstAfter(revision); i < this.#events.length; i++) yield this.#events[i]!;
  }

  #firstAfter(revision: number): number {
    let low = this.#head;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #isOver(): boolean {
    const count = this.#events.length - this.#head;
    return count > 1 && (count > this.limits.events || this.#bytes > this.limits.bytes);
  }

  #drop(): void {
    const oldest = this.#events[this.#head]!;
    this.#events[this.#head++] = undefined!;
    this.floor = oldest.revision;
    this.#bytes -= sizeOf(oldest);
  }

  #compact(): void {
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}

function sizeOf({ object }: CacheEvent): number {
  return object.stored.value.length;
}

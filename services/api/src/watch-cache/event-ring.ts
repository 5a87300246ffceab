import type { CacheEvent } from './cache-event.js';

/** The newest events of one resource, for watches that resume. */
export class EventRing {
  readonly #events: CacheEvent[] = [];
  #start = 0;

  constructor(
    private readonly capacity: number,
    /** Everything after this revision is in the ring. */
    private floor: number,
  ) {}

  push(event: CacheEvent): void {
    if (this.#events.length < this.capacity) {
      this.#events.push(event);
      return;
    }
    this.floor = this.#events[this.#start]!.revision;
    this.#events[this.#start] = event;
    this.#start = (this.#start + 1) % this.capacity;
  }

  /** True when no event after `revision` has left the ring. */
  covers(revision: number): boolean {
    return revision >= this.floor;
  }

  /** The events after `revision`, oldest first. Only meaningful where `covers(revision)`. */
  *after(revision: number): Generator<CacheEvent> {
    for (let i = 0; i < this.#events.length; i++) {
      const event = this.#events[(this.#start + i) % this.#events.length]!;
      if (event.revision > revision) yield event;
    }
  }
}

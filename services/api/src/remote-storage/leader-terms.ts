import type { Bus } from '@gantry/bus';
import { PROGRESS_SUBJECT } from '../watch-cache/feed.js';

/**
 * Which leader of the store is at work, as its progress messages say. What was asked of an earlier one and has no answer yet will
 * have none: it was killed, or it lost its right to commit.
 */
export class LeaderTerms {
  #epoch = 0;
  #present = new AbortController();

  constructor(bus: Pick<Bus, 'subscribe'>) {
    bus.subscribe(PROGRESS_SUBJECT, ({ headers }) => this.#seen(Number(headers.epoch ?? 0)));
  }

  /** Aborted when a later leader is at work. */
  get signal(): AbortSignal {
    return this.#present.signal;
  }

  #seen(epoch: number): void {
    if (!(epoch > this.#epoch)) return;
    const isAnother = this.#epoch !== 0;
    this.#epoch = epoch;
    if (!isAnother) return;
    const past = this.#present;
    this.#present = new AbortController();
    past.abort();
  }
}

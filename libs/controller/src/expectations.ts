import type { Clock } from '@gantry/async';

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  readonly since: number;
}

/** An expectation that nobody fulfilled counts no longer after this: a lost event must not stop a controller for ever. */
export const EXPECTATION_TIMEOUT = 5 * 60_000;

/**
 * What a controller has asked for and its informer has not shown yet. While a key's expectations are unfulfilled, the cache is
 * known to be behind, and acting on it would create or delete twice. Raise an expectation before the request is sent; lower it
 * when the request fails; the informer's events fulfil it.
 */
export class Expectations {
  readonly #expected = new Map<string, Expected>();

  constructor(private readonly clock: Clock) {}

  /** Replaces the key's expectation; call it only where `satisfied`. */
  expectCreations(key: string, count: number): void {
    this.#expected.set(key, { creations: count, deletions: new Set(), since: this.clock.monotonic() });
  }

  /** Replaces the key's expectation: these objects, named by their uids, will be seen to go. */
  expectDeletions(key: string, uids: Iterable<string>): void {
    this.#expected.set(key, { creations: 0, deletions: new Set(uids), since: this.clock.monotonic() });
  }

  /** One creation was seen, or failed. */
  creationObserved(key: string): void {
    const expected = this.#expected.get(key);
    if (expected !== undefined) expected.creations -= 1;
  }

  /** The object was seen to go (or to be going), or its deletion failed. Repeats of one uid count once. */
  deletionObserved(key: string, uid: string): void {
    this.#expected.get(key)?.deletions.delete(uid);
  }

  /** Whether the cache shows everything that was asked for. */
  satisfied(key: string): boolean {
    const expected = this.#expected.get(key);
    if (expected === undefined) return true;
    if (expected.creations <= 0 && expected.deletions.size === 0) return true;
    return this.clock.monotonic() - expected.since > EXPECTATION_TIMEOUT;
  }

  /** The key's object is gone. */
  forget(key: string): void {
    this.#expected.delete(key);
  }
}

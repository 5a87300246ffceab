import { newTooManyRequests } from '@gantry/apimachinery';

/** A watch as its user's account sees it. */
export interface OpenWatch {
  /** Bytes that were written and that the client has not taken yet. */
  readonly buffered: number;
}

export interface OpenWatchLimits {
  /** Watches of one user that may be open at a time. */
  readonly watchesPerUser: number;
  /** Bytes that the clients of one user may leave unread, over all of their watches. */
  readonly watchBytesPerUser: number;
}

/** The open watches by who has them: what one user's clients do not read is bounded, however many watches they open. */
export class OpenWatches {
  readonly #byUser = new Map<string, Set<OpenWatch>>();

  constructor(private readonly limits: OpenWatchLimits) {}

  /** Throws a `StatusError` (429) for a user who has as many as one may have. */
  check(user: string): void {
    if ((this.#byUser.get(user)?.size ?? 0) >= this.limits.watchesPerUser) throw newTooManyRequests('Too many open watches of this user, please try again later.', 1);
  }

  add(user: string, watch: OpenWatch): void {
    const watches = this.#byUser.get(user);
    if (watches === undefined) this.#byUser.set(user, new Set([watch]));
    else watches.add(watch);
  }

  delete(user: string, watch: OpenWatch): void {
    const watches = this.#byUser.get(user);
    if (watches?.delete(watch) === true && watches.size === 0) this.#byUser.delete(user);
  }

  /** True when the user's clients have left more unread than they may. Looks at each of the user's watches: for those that are behind. */
  isOver(user: string): boolean {
    let bytes = 0;
    for (const { buffered } of this.#byUser.get(user) ?? []) bytes += buffered;
    return bytes > this.limits.watchBytesPerUser;
  }
}

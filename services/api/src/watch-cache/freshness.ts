/**
 * The newest revision as read after the call began, shared: while one read runs, everyone who arrives waits for the next one, which
 * starts after they arrived. So a thousand reads at once cost two.
 */
export class FreshRevision {
  #running: Promise<number> | undefined;
  #next: Promise<number> | undefined;

  constructor(private readonly read: () => Promise<number>) {}

  current(): Promise<number> {
    if (this.#running === undefined) return this.#start();
    return (this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    ));
  }

  #start(): Promise<number> {
    const running = this.read();
    this.#running = running;
    const over = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    running.then(over, over);
    return running;
  }

  #startNext(): Promise<number> {
    this.#next = undefined;
    return this.#start();
  }
}

interface Waiter {
  readonly revision: number;
  readonly resolve: (reached: boolean) => void;
  readonly timer: NodeJS.Timeout;
}

/** Those who wait until a revision has been applied. */
export class RevisionWaiters {
  #waiters: Waiter[] = [];

  /** True once `advance` said so, false after `timeoutMs`. */
  wait(revision: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#giveUp(waiter), timeoutMs);
      const waiter: Waiter = { revision, resolve, timer };
      this.#waiters.push(waiter);
    });
  }

  advance(revision: number): void {
    if (this.#waiters.length === 0) return;
    const reached = this.#waiters.filter((waiter) => waiter.revision <= revision);
    if (reached.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.revision > revision);
    for (const waiter of reached) settle(waiter, true);
  }

  /** Everyone who still waits hears that the revision was not reached. */
  giveUpAll(): void {
    for (const waiter of this.#waiters.splice(0)) settle(waiter, false);
  }

  #giveUp(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    settle(waiter, false);
  }
}

function settle(waiter: Waiter, reached: boolean): void {
  clearTimeout(waiter.timer);
  waiter.resolve(reached);
}

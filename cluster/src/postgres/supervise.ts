import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Backoff, delay, systemClock, type Logger } from '@gantry/async';
import { endPostmaster, isRunning } from './postmaster.js';

/** A postmaster that serves; `child` unless it was adopted. */
export interface Started {
  readonly pid: number;
  readonly child?: ChildProcess;
}

const RETRY = { initial: 100, cap: 5_000 };
/** How often a process is looked at whose end is told to somebody else. */
const LOOK_MS = 500;

/**
 * Keeps a Postgres running: one that ends without being asked to, killed by the system for want of memory or after its disk was full, is started again until that
 * succeeds. The store finds it by itself.
 */
export class Supervisor {
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;
  #stopped: Promise<void> | undefined;
  #current: Started;

  constructor(
    first: Started,
    private readonly again: () => Promise<Started>,
    private readonly logger: Logger,
    private readonly onRestart: (() => void) | undefined,
  ) {
    this.#current = first;
    this.#watching = onRestart === undefined ? Promise.resolve() : this.#watch();
  }

  get pid(): number {
    return this.#current.pid;
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stopOnce());
  }

  async #stopOnce(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    // A child that ended is never signalled: its number may be another's by now.
    if (hasEnded(this.#current)) return;
    await endPostmaster(this.#current.pid);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await untilEnded(this.#current, signal).catch(() => undefined);
      if (!signal.aborted) await this.#startAgain(signal).catch(() => undefined);
    }
  }

  async #startAgain(signal: AbortSignal): Promise<void> {
    this.logger.warn({ pid: this.#current.pid }, 'Postgres ended without being asked to: it is started again');
    const backoff = new Backoff(RETRY);
    for (;;) {
      try {
        this.#current = await this.again();
        return void this.onRestart?.();
      } catch (error) {
        this.logger.error({ error: String(error) }, 'Postgres could not be started again');
        await delay(systemClock, backoff.next(), signal);
      }
    }
  }
}

function hasEnded({ child, pid }: Started): boolean {
  return child === undefined ? !isRunning(pid) : child.exitCode !== null || child.signalCode !== null;
}

/** Rejects when `signal` is aborted. */
async function untilEnded(started: Started, signal: AbortSignal): Promise<void> {
  if (hasEnded(started)) return;
  if (started.child !== undefined) return void (await once(started.child, 'exit', { signal }));
  while (isRunning(started.pid)) await delay(systemClock, LOOK_MS, signal);
}

import { Backoff, Deferred, delay } from '@gantry/async';
import type { Clock, Logger } from '@gantry/async';
import { baseTable } from '../rules/base-table.js';
import { delta } from '../rules/delta.js';
import { TABLE } from '../rules/names.js';
import { EMPTY_RULESET } from '../rules/ruleset.js';
import type { Ruleset } from '../rules/ruleset.js';
import type { NodeFacts } from '../rules/service-port.js';
import { trialCommands } from '../rules/trial.js';
import { checkCommands, runTransaction } from './programs.js';
import type { RunProgram } from './programs.js';
import { tableHandle } from './table-handle.js';

export interface TableApplierOptions {
  readonly run: RunProgram;
  readonly node: NodeFacts;
  readonly clock: Clock;
  readonly logger: Logger;
}

const BACKOFF = { initial: 100, cap: 10_000 };

/** How long after the last rule that pointed to it a chain is deleted: the kernel needs a moment to notice. */
const ABANDONED_FOR = 2_000;

/** How often to see whether the table is still ours: nft tells of changes only to a program that stays and costs memory. */
const CHECK_EVERY = 30_000;

/** The longest pause between transactions. */
const LONGEST_PAUSE = 1_000;

/**
 * Keeps the table of a network namespace what it was last told. One transaction at a time; what is wanted meanwhile goes into the next one together.
 * Where the table is not what it should be (a transaction was refused, somebody flushed it), it is replaced as a whole.
 */
export class TableApplier {
  private wanted: Ruleset = EMPTY_RULESET;
  /** What the table holds; undefined: not known. */
  private applied: Ruleset | undefined;
  private handle: number | undefined;
  private readonly abandoned = new Set<string>();
  private sweepDue = false;
  private sweepArmed = false;
  private running: Promise<void> | undefined;
  private waiting: { readonly ruleset: Ruleset; readonly done: Deferred }[] = [];
  private readonly backoff = new Backoff(BACKOFF);
  private readonly stopping = new AbortController();

  constructor(private readonly options: TableApplierOptions) {}

  /**
   * Makes the table where there is none, so that from now on nothing for the Service range leaves the machine; one of an earlier life stays as it is until
   * the first `apply`. Rejects where the machine has no nft, has one that is too old, or does not let us use it.
   */
  async prepare(): Promise<void> {
    await checkCommands(this.options.run, trialCommands(this.options.node));
    if ((await tableHandle(this.options.run)) === undefined) await runTransaction(this.options.run, baseTable(this.options.node));
    this.armCheck();
  }

  /** Resolves when the table holds this or something newer; never rejects but on a stop. */
  apply(ruleset: Ruleset): Promise<void> {
    this.wanted = ruleset;
    const done = new Deferred();
    done.promise.catch(() => undefined);
    this.waiting.push({ ruleset, done });
    this.wake();
    return done.promise;
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the proxy was stopped'));
    await this.running;
    for (const { done } of this.waiting.splice(0)) done.reject(this.stopping.signal.reason);
  }

  private wake(): void {
    if (this.stopping.signal.aborted) return;
    this.running ??= this.work().finally(() => {
      this.running = undefined;
      if (this.isDue()) this.wake();
    });
  }

  private isDue(): boolean {
    return !this.stopping.signal.aborted && (this.applied !== this.wanted || this.sweepDue || this.waiting.length > 0);
  }

  private async work(): Promise<void> {
    const { clock, logger } = this.options;
    while (this.isDue()) {
      const begun = clock.monotonic();
      try {
        await this.step();
        this.backoff.reset();
        // A stream of changes takes half of a core at most; what comes meanwhile costs no transaction of its own.
        await this.pause(Math.min(LONGEST_PAUSE, clock.monotonic() - begun));
      } catch (error) {
        this.applied = undefined;
        logger.warn({ err: error }, 'the rules of Services could not be changed: all of them are loaded again');
        await this.pause(this.backoff.next());
      }
    }
  }

  private pause(milliseconds: number): Promise<void> {
    return delay(this.options.clock, milliseconds, this.stopping.signal).catch(() => undefined);
  }

  private async step(): Promise<void> {
    const { wanted } = this;
    if (this.applied === undefined) await this.replace(wanted);
    else if (this.applied !== wanted) await this.change(this.applied, wanted);
    this.applied = wanted;
    this.settle();
    if (this.sweepDue) await this.sweep();
  }

  /** Those who wait for what was wanted before a transaction began are served by it; newer ones wait for the next. */
  private settle(): void {
    const last = this.waiting.findLastIndex(({ ruleset }) => ruleset === this.applied);
    for (const { done } of this.waiting.splice(0, last + 1)) done.resolve();
  }

  private async replace(wanted: Ruleset): Promise<void> {
    const { run, node } = this.options;
    await runTransaction(run, `${baseTable(node)}${delta(EMPTY_RULESET, wanted).commands}`);
    this.abandoned.clear();
    this.handle = await tableHandle(run);
  }

  private async change(applied: Ruleset, wanted: Ruleset): Promise<void> {
    const { commands, abandoned, created } = delta(applied, wanted);
    if (commands !== '') await runTransaction(this.options.run, commands);
    created.forEach((name) => this.abandoned.delete(name));
    abandoned.forEach((name) => this.abandoned.add(name));
    if (this.abandoned.size > 0) this.armSweep();
  }

  private async sweep(): Promise<void> {
    this.sweepDue = false;
    const names = [...this.abandoned];
    if (names.length === 0) return;
    await runTransaction(this.options.run, names.map((name) => `delete chain ip ${TABLE} ${name}\n`).join(''));
    names.forEach((name) => this.abandoned.delete(name));
  }

  private armSweep(): void {
    if (this.sweepArmed) return;
    this.sweepArmed = true;
    void this.later(ABANDONED_FOR, () => {
      this.sweepArmed = false;
      this.sweepDue = true;
      this.wake();
    });
  }

  private armCheck(): void {
    void this.later(CHECK_EVERY, async () => {
      if (this.running === undefined && this.applied !== undefined && (await tableHandle(this.options.run).catch(() => this.handle)) !== this.handle) {
        this.options.logger.warn({}, 'somebody else changed the rules of Services: they are loaded again');
        this.applied = undefined;
        this.wake();
      }
      this.armCheck();
    });
  }

  private async later(milliseconds: number, then: () => void | Promise<void>): Promise<void> {
    const { clock } = this.options;
    const isDue = await delay(clock, milliseconds, this.stopping.signal).then(() => true, () => false);
    if (isDue && !this.stopping.signal.aborted) await then();
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@gantry/testkit';
import type { ChaosOptions } from '../options.js';
import type { ControlPlane } from '../plane/control-plane.js';
import { busFaults } from './bus-faults.js';
import { databaseFaults } from './database-faults.js';
import type { FaultKind, Harm } from './fault.js';
import { processFaults } from './process-faults.js';

const KINDS: readonly FaultKind[] = [...processFaults, ...databaseFaults, ...busFaults];

/** What was done and when, by the clock that histories are of. */
export interface Struck {
  readonly name: string;
  readonly at: number;
}

/** The longest that one fault lasts, as a part of the run: else a short run would be one fault. */
const LONGEST_PART = 6;
/** More than one fault at a time, sometimes. */
const MOST_AT_ONCE = 2;

/** Draws faults by the seed, one after another and now and then two at once, until the time is up; then everything is whole again. */
export class FaultSchedule {
  readonly struck: Struck[] = [];
  /** What went wrong with the faults themselves. */
  readonly failures: string[] = [];
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly plane: ControlPlane,
    private readonly options: ChaosOptions,
    private readonly random: Random,
    private readonly say: (line: string) => void,
  ) {}

  async run(): Promise<void> {
    const end = performance.now() + this.options.seconds * 1_000;
    await this.#wait(1_000);
    while (performance.now() < end) {
      this.#begin(this.#draw());
      await this.#wait(this.#span(this.options.isGentle ? 2_000 : 200, this.options.isGentle ? 6_000 : 3_000));
      if (this.#running.size >= MOST_AT_ONCE) await Promise.race([...this.#running, delay(Math.max(0, end - performance.now()))]);
    }
    await this.#heal();
  }

  async #heal(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
    this.plane.carrier.strike([]);
    this.plane.carrier.heal();
    this.plane.database.loseCommitAnswers(0, 'lose');
    this.plane.database.link.heal();
    for (const process of this.plane.processes) {
      process.thaw();
      process.setClock(0);
      if (!process.isRunning) process.start();
    }
  }

  #begin(kind: FaultKind): void {
    const at = performance.now();
    this.say(`fault: ${kind.name}`);
    const run = kind
      .run(this.#harm())
      .then((did) => void (did !== false && this.struck.push({ name: kind.name, at })))
      .catch((error: unknown) => void this.failures.push(`${kind.name}: ${String(error)}`))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  #harm(): Harm {
    return { plane: this.plane, random: this.random, span: (least, most) => this.#span(least, most), wait: (milliseconds) => this.#wait(milliseconds) };
  }

  #draw(): FaultKind {
    let left = this.random.below(KINDS.reduce((sum, { weight }) => sum + weight, 0));
    for (const kind of KINDS) {
      left -= kind.weight;
      if (left < 0) return kind;
    }
    throw new Error('nothing was drawn');
  }

  #span(least: number, most: number): number {
    const longest = Math.min(this.options.isGentle ? Math.min(most, 3_000) : most, (this.options.seconds * 1_000) / LONGEST_PART);
    return least + this.random.below(Math.max(1, longest - least));
  }

  async #wait(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

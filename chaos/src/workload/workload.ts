import { setTimeout as delay } from 'node:timers/promises';
import { Recorder, type Random } from '@gantry/testkit';
import type { ChaosOptions } from '../options.js';
import { runClient } from './client.js';
import type { ApiConnection } from './http.js';
import { COLLECTION, COLOURS } from './objects.js';
import { listAt } from './reads.js';
import { ask, type Notes, type Session } from './session.js';
import { WatchClient } from './watcher.js';

const READY_MS = 180_000;
/** Enough on the busiest machine. */
const PATIENCE_MS = 120_000;
const POLL_MS = 100;

/** All clients of a run and what they have seen. */
export class Workload {
  readonly notes: Notes = { recorder: new Recorder(), staleReads: [], lists: [], watches: [], expiries: [], answers: new Map() };
  readonly #writing = new AbortController();
  readonly #watching = new AbortController();
  readonly #watches: WatchClient[];
  #clients: Promise<unknown> = Promise.resolve();
  #watchers: Promise<unknown> = Promise.resolve();
  #turn = 0;

  constructor(
    /** One a replica. */
    private readonly connections: readonly ApiConnection[],
    private readonly options: Pick<ChaosOptions, 'clients' | 'isGentle'>,
    private readonly random: Random,
  ) {
    const colours = [undefined, ...COLOURS];
    this.#watches = Array.from({ length: Math.max(2, Math.ceil(options.clients / 2)) }, (_, index) => new WatchClient(this.#session(`watch-${index}`, this.#watching.signal), colours[index % colours.length]));
  }

  /** Resolves when every replica serves. */
  async ready(): Promise<void> {
    const end = performance.now() + READY_MS;
    for (const connection of this.connections) {
      const session = { ...this.#session('ready', this.#watching.signal), next: () => connection };
      while ((await ask(session, 'GET', `${COLLECTION}?limit=1`))?.status !== 200) {
        if (performance.now() > end) throw new Error(`${connection.name} does not serve`);
        await delay(POLL_MS);
      }
    }
  }

  start(): void {
    const pauseMs = this.options.isGentle ? 60 : 15;
    this.#watchers = Promise.all(this.#watches.map((watch) => watch.run()));
    this.#clients = Promise.all(Array.from({ length: this.options.clients }, (_, index) => runClient(this.#session(`client-${index}`, this.#writing.signal), pauseMs)));
  }

  /** One more list, of the state at a revision. */
  listAt(revision: number): Promise<number> {
    return listAt(this.#session('asker', this.#writing.signal), revision);
  }

  /** Acknowledged writes so far. */
  get acknowledged(): number {
    return this.notes.recorder.acknowledgedWrites;
  }

  async stopWriting(): Promise<void> {
    this.#writing.abort();
    await this.#clients;
    this.notes.recorder.close();
  }

  /** Gives every watch the time to show what there is up to a revision of its own; whether it did is judged later. */
  async stopWatching(lastOf: (labels: Readonly<Record<string, string>>) => number, patienceMs = PATIENCE_MS): Promise<void> {
    const end = performance.now() + patienceMs;
    while (performance.now() < end && this.#watches.some((watch) => watch.reached < lastOf(watch.labels))) await delay(POLL_MS);
    this.#watching.abort();
    await this.#watchers;
    for (const watch of this.#watches) watch.close();
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  #session(client: string, signal: AbortSignal): Session {
    return { client, random: this.random.fork(client), notes: this.notes, signal, next: () => this.connections[(this.#turn += 1) % this.connections.length]! };
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { CONFIGMAPS, type Client } from '@gantry/client';

/** Milliseconds between the writes of one writer: the load is to be there, not to fill the machine. */
const PAUSE_MS = 30;

/** Creates ConfigMaps, each under a new name, whatever becomes of those before; never asks for one twice. */
export class SteadyWriter {
  /** Name → resourceVersion. */
  readonly acknowledged = new Map<string, string>();
  /** What was answered by a 503, which says that it was not done. */
  readonly refused: string[] = [];
  /** What came instead of an acknowledgement, how often: but for those refused, it is not known whether they were written. */
  readonly failures = new Map<string, number>();
  #count = 0;
  #lastAt = performance.now();
  #longest = 0;
  #stopped = false;
  #waiting: { readonly size: number; readonly resolve: () => void }[] = [];
  readonly #running: Promise<void>[];

  constructor(
    private readonly client: Client,
    private readonly namespace: string,
    writers: number,
  ) {
    this.#running = Array.from({ length: writers }, () => this.#write());
  }

  /** Resolves when so many more were acknowledged. */
  acknowledges(more: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ size: this.acknowledged.size + more, resolve }));
  }

  /** Milliseconds of the longest time without an acknowledgement since it was last asked. */
  longestSilence(): number {
    const longest = Math.max(this.#longest, performance.now() - this.#lastAt);
    this.#longest = 0;
    return longest;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #write(): Promise<void> {
    while (!this.#stopped) {
      const name = `steady-${this.#count++}`;
      try {
        const made = await this.client.resource(CONFIGMAPS, this.namespace).create({ metadata: { name }, data: { name } });
        this.#note(name, made.metadata?.resourceVersion ?? '');
      } catch (error) {
        if ((error as { status?: { code?: number } }).status?.code === 503) this.refused.push(name);
        const what = describe(error);
        this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
      }
      await delay(PAUSE_MS);
    }
  }

  #note(name: string, version: string): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#lastAt);
    this.#lastAt = now;
    this.acknowledged.set(name, version);
    const due = this.#waiting.filter(({ size }) => size <= this.acknowledged.size);
    this.#waiting = this.#waiting.filter(({ size }) => size > this.acknowledged.size);
    for (const { resolve } of due) resolve();
  }
}

/** Code, reason and the first words: failures of one sort count as one. */
function describe(error: unknown): string {
  const { status, message } = error as { status?: { code?: number; reason?: string }; message?: string };
  return [status?.code, status?.reason, (message ?? String(error)).slice(0, 90)].filter((part) => part !== undefined).join(' ');
}

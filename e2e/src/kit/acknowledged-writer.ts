import { setImmediate as nextTurn } from 'node:timers/promises';
import { CONFIGMAPS, type Client } from '@gantry/client';

/** Creates ConfigMaps one after another and remembers what the API acknowledged: name → resourceVersion. */
export class AcknowledgedWriter {
  readonly acknowledged = new Map<string, string>();
  /** Requests without an answer: they may have been written or not. */
  unanswered = 0;
  #stopped = false;
  #running: Promise<void>[] = [];

  constructor(
    private readonly client: Client,
    private readonly prefix: string,
  ) {}

  /** `writers` at a time. */
  start(writers: number): void {
    this.#running = Array.from({ length: writers }, (_, writer) => this.#write(writer));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #write(writer: number): Promise<void> {
    for (let count = 0; !this.#stopped; count++) {
      const name = `${this.prefix}-${writer}-${count}`;
      try {
        const made = await this.client.resource(CONFIGMAPS, 'default').create({ metadata: { name }, data: { count: String(count) } });
        this.acknowledged.set(name, made.metadata?.resourceVersion ?? '');
      } catch {
        this.unanswered++;
        return;
      }
      await nextTurn();
    }
  }
}

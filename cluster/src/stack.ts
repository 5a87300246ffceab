import type { Logger } from '@gantry/async';

/**
 * What was started, in order: it is stopped in the opposite order, each part once, and a part that fails to stop does not
 * keep the others running.
 */
export class Stack {
  readonly #parts: { name: string; stop: () => Promise<unknown> }[] = [];
  #unwinding: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  push(name: string, stop: () => Promise<unknown>): void {
    this.#parts.push({ name, stop });
  }

  unwind(): Promise<void> {
    return (this.#unwinding ??= this.#stopAll());
  }

  async #stopAll(): Promise<void> {
    for (const part of this.#parts.reverse()) {
      try {
        await part.stop();
      } catch (error) {
        this.logger.error({ error, part: part.name }, 'a part did not stop cleanly');
      }
    }
  }
}

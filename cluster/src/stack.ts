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

  /**
   * Takes in a part whose start is under way, at once: a stop waits for the start and then stops the part, so that nothing is left
   * of what was starting when another part failed. Resolves, or rejects, as the start does.
   */
  starting<T>(name: string, part: Promise<T>, stop: (part: T) => Promise<unknown>): Promise<T> {
    this.push(name, () => part.then(stop, () => undefined));
    return part;
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

import type { RuntimeEvent } from '../runtime.js';

type Listener = (event: RuntimeEvent) => void;

/** Tells whoever listens what happened. */
export class Events {
  readonly #listeners = new Set<Listener>();

  listen(listener: Listener, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true });
  }

  tell(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

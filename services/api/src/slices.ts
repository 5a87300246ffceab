/** Milliseconds for which one request may keep the event loop to itself. */
const SLICE_MS = 4;
/** The clock is looked at after so many steps. */
const STEPS = 8;

/** The time that long work has on the event loop before others get it. */
export class Slice {
  #end = performance.now() + SLICE_MS;
  #steps = 0;

  /** Counts a step; true when `pause` is to be awaited before the next one. */
  isOver(): boolean {
    return ++this.#steps % STEPS === 0 && performance.now() >= this.#end;
  }

  /** Lets whoever else waits for the event loop have it. */
  async pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#end = performance.now() + SLICE_MS;
  }
}

/** Calls `visit` with 0 to `count` - 1, in order, until it answers false; in between, whoever else waits for the event loop gets it. */
export async function eachInSlices(count: number, visit: (index: number) => boolean | void): Promise<void> {
  const slice = new Slice();
  for (let i = 0; i < count; i++) {
    if (visit(i) === false) return;
    if (slice.isOver()) await slice.pause();
  }
}

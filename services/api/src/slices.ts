/** Milliseconds for which one request may keep the event loop to itself. */
const SLICE_MS = 4;
/** The clock is looked at after so many steps. */
const STEPS = 32;

/** Calls `visit` with 0 to `count` - 1, in order, until it answers false; in between, whoever else waits for the event loop gets it. */
export async function eachInSlices(count: number, visit: (index: number) => boolean | void): Promise<void> {
  let end = performance.now() + SLICE_MS;
  for (let i = 0; i < count; i++) {
    if (visit(i) === false) return;
    if (i % STEPS !== STEPS - 1 || performance.now() < end) continue;
    await new Promise((resolve) => setImmediate(resolve));
    end = performance.now() + SLICE_MS;
  }
}

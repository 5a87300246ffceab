import { onAbort } from '@gantry/async';

/** Milliseconds without an answer after which a read is asked again, each time of whichever store the bus chooses then. */
const PATIENCE_MS = [1_000, 2_000, 4_000];

/**
 * The first answer to something that may be asked any number of times. A store that was killed or frozen with the question in its hands answers
 * never, and nobody says so: after a while it is asked again beside the first time. Fails when all that were asked have failed.
 */
export function repeated<T>(ask: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal, patienceMs: readonly number[] = PATIENCE_MS): Promise<T> {
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const asking = new AbortController();
    let open = 0;
    let timer: NodeJS.Timeout | undefined;
    const over = (settle: () => void): void => {
      clearTimeout(timer);
      release();
      settle();
      asking.abort();
    };
    const askOnce = (times: number): void => {
      open += 1;
      ask(asking.signal).then(
        (answer) => over(() => resolve(answer)),
        (error: unknown) => --open === 0 && over(() => reject(error as Error)),
      );
      if (times < patienceMs.length) timer = setTimeout(() => askOnce(times + 1), patienceMs[times]);
    };
    const release = onAbort(signal, (reason) => over(() => reject(reason as Error)));
    askOnce(0);
  });
}

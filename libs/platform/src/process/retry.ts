import { Backoff, delay, systemClock, type Logger } from '@gantry/async';

/** Milliseconds. A try costs little, and a start waits for the next one. */
const RETRY = { initial: 250, cap: 1_000 };

/** Starts something that others must be there for, as often as it takes; rejects only when `signal` is aborted. */
export async function untilStarted<T>(start: () => Promise<T>, what: string, logger: Logger, signal: AbortSignal): Promise<T> {
  const backoff = new Backoff(RETRY);
  for (;;) {
    signal.throwIfAborted();
    try {
      return await start();
    } catch (error) {
      logger.warn({ error: String(error) }, `${what} could not be started; it is tried again`);
      await delay(systemClock, backoff.next(), signal);
    }
  }
}

import { onAbort } from '@gantry/async';
import type { LogEntry, LogOptions } from '../runtime.js';
import type { HollowContainer } from './world.js';

/** What is there, then, when following, what comes until the container has exited. */
export async function* hollowLogs(container: HollowContainer, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry> {
  const since = options.since === undefined ? Number.NEGATIVE_INFINITY : Number(options.since) * 1000;
  let position = container.log.length;
  const wanted = container.log.filter((entry) => Date.parse(entry.time) >= since);
  yield* options.tail === undefined ? wanted : wanted.slice(Math.max(0, wanted.length - options.tail));
  while (options.follow && !signal.aborted) {
    const end = container.log.length;
    if (end > position) yield* container.log.slice(position, end);
    else if (container.status.state === 'exited') return;
    else await changed(container, signal);
    position = end;
  }
}

function changed(container: HollowContainer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      container.watchers.delete(done);
      release();
      resolve();
    };
    container.watchers.add(done);
    let release = (): void => undefined;
    release = onAbort(signal, done);
  });
}

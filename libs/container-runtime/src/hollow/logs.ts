import type { LogEntry, LogOptions } from '../runtime.js';
import type { HollowContainer } from './world.js';

/** What is there, then, when following, what comes until the container has exited. */
export async function* hollowLogs(container: HollowContainer, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry> {
  const since = options.since === undefined ? Number.NEGATIVE_INFINITY : Number(options.since) * 1000;
  const wanted = container.log.filter((entry) => Date.parse(entry.time) >= since);
  yield* options.tail === undefined ? wanted : wanted.slice(Math.max(0, wanted.length - options.tail));
  let position = container.log.length;
  while (options.follow && !signal.aborted) {console.log('loop', container.status.state, signal.aborted);
    yield* container.log.slice(position);
    position = container.log.length;
    if (container.status.state === 'exited') return;
    await changed(container, signal);
  }
}

function changed(container: HollowContainer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {console.log('done', signal.aborted);
      container.watchers.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    container.watchers.add(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

import type { LogEntry, LogOptions } from '../../runtime.js';
import type { OciContainers } from '../seam.js';
import { readLog } from './read-log.js';

/** The log of a container, from the files that its reaper writes. */
export async function* containerLogs(containers: OciContainers, id: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry> {
  const { record: { config } } = await containers.get(id);
  if (!options.follow) {
    yield* readLog(config.logPath, options);
    return;
  }
  const left = new AbortController();
  const ended = whenEnded(containers, id, AbortSignal.any([signal, left.signal]));
  try {
    yield* readLog(config.logPath, options, { ended, signal });
  } finally {
    left.abort();
  }
}

/** Aborts when the container has exited, or nobody waits for it. */
export function whenEnded(containers: OciContainers, id: string, signal: AbortSignal): AbortSignal {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  void containers.exited(id, signal).then(end, end);
  return ended.signal;
}

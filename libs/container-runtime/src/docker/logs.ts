import type { LogEntry, LogOptions } from '../runtime.js';
import { translated } from './engine.js';
import type { Engine } from './engine.js';
import type { Inspection } from './inspection.js';
import { logEntries } from './log-frames.js';

/**
 * The engine's own log, translated as it is asked for. The engine goes on collecting while no kubelet lives, rotates by
 * itself and keeps one copy of every byte; a follower that copied into files of ours would have to find after a `kill -9`
 * exactly where it had stopped, and would lose or repeat lines whose times are equal.
 */
export async function* containerLogs(engine: Engine, inspection: Inspection, id: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry> {
  try {
    const info = await inspection.inspect(id);
    const stream = await engine.stream(`/containers/${info.Id}/logs`, query(options), signal);
    try {
      yield* logEntries(stream, info.Config.Tty);
    } finally {
      stream.destroy();
    }
  } catch (error) {
    if (!signal.aborted) throw translated(error, 'unavailable');
  }
}

function query(options: LogOptions): Record<string, string> {
  return {
    stdout: '1',
    stderr: '1',
    timestamps: '1',
    follow: options.follow ? '1' : '0',
    tail: options.tail === undefined ? 'all' : String(options.tail),
    ...(options.since === undefined ? {} : { since: options.since }),
  };
}

import type { LogEntry, LogOptions } from '../../runtime.js';
import { followLog } from './follow-log.js';
import type { Following } from './follow-log.js';
import type { LogBytes } from './log-bytes.js';
import { closeAll, openLogFiles } from './log-files.js';
import { parseLogLine, timeOfEpoch } from './log-line.js';
import { findTail, LineReader } from './log-lines.js';

/**
 * The entries of the log files of that name, rotated ones first, compressed ones too. With `following` it goes on with what is written, and
 * from file to file as they are rotated, until that has ended, and then to the end.
 */
export async function* readLog(path: string, options: Pick<LogOptions, 'since' | 'tail'>, following?: Following): AsyncGenerator<LogEntry> {
  const since = options.since === undefined ? '' : timeOfEpoch(options.since);
  const lines = following === undefined ? presentLines(path, options.tail) : followLog(path, (files) => parts(files, options.tail), following);
  for await (const line of lines) {
    const entry = parseLogLine(line);
    if (entry !== undefined && entry.time >= since) yield entry;
  }
}

async function* presentLines(path: string, tail: number | undefined): AsyncGenerator<Buffer> {
  const files = await openLogFiles(path);
  try {
    for (const reader of await parts(files, tail)) yield* reader.lines();
  } finally {
    await closeAll(files);
  }
}

/** All of the files, or so much of them as has that many lines at the end; the last of the files is always among them. */
async function parts(files: readonly LogBytes[], tail: number | undefined): Promise<LineReader[]> {
  if (tail === undefined) return files.map((bytes) => new LineReader(bytes, 0));
  const readers: LineReader[] = [];
  let left = tail;
  for (const bytes of files.toReversed()) {
    const { position, lines } = await findTail(bytes, left);
    readers.unshift(new LineReader(bytes, position));
    left -= lines;
    if (left === 0) break;
  }
  return readers;
}

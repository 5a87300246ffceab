import type { LogEntry } from '@gantry/container-runtime';
import type { LogRequest } from './log-request.js';

/** Entries as the bytes of an answer: streams chosen, times before lines, cut at the limit. */
export async function* logText(entries: AsyncIterable<LogEntry>, request: Pick<LogRequest, 'timestamps' | 'limitBytes' | 'streams'>): AsyncGenerator<Uint8Array> {
  const continued = new Set<LogEntry['stream']>();
  let left = request.limitBytes ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for await (const entry of entries) {
    if (!request.streams.has(entry.stream)) continue;
    const startsLine = !continued.has(entry.stream);
    if (entry.data.at(-1) === NEWLINE) continued.delete(entry.stream);
    else continued.add(entry.stream);
    const bytes = request.timestamps && startsLine ? Buffer.concat([Buffer.from(`${entry.time} `), entry.data]) : entry.data;
    yield bytes.length <= left ? bytes : bytes.subarray(0, left);
    left -= bytes.length;
    // At once, not at the next entry: a log that is followed may never have one.
    if (left <= 0) return;
  }
}

const NEWLINE = 0x0a;

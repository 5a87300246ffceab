import type { LogEntry } from '../runtime.js';

/** The engine cuts longer lines into pieces of this size, each with a time of its own. */
const PIECE = 16_384;
/** `2006-01-02T15:04:05.000000000Z` */
const TIME_LENGTH = 30;
const HEADER = 8;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/**
 * The engine's log stream with times, as entries. Without a terminal each entry is a frame that says its stream and size;
 * with one the bytes come bare, and an entry ends at a newline or at the engine's piece size.
 */
export async function* logEntries(chunks: AsyncIterable<Uint8Array>, tty: boolean): AsyncGenerator<LogEntry> {
  const next = tty ? bareEntry : framedEntry;
  let rest: Buffer = EMPTY;
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let taken = next(rest); taken !== undefined; taken = next(rest)) {
      rest = rest.subarray(taken.length);
      yield taken.entry;
    }
  }
  if (tty && rest.length > TIME_LENGTH) yield timed(rest, 'stdout');
}

interface Taken {
  readonly entry: LogEntry;
  readonly length: number;
}

function framedEntry(bytes: Buffer): Taken | undefined {
  if (bytes.length < HEADER) return undefined;
  const length = HEADER + bytes.readUInt32BE(4);
  if (bytes.length < length) return undefined;
  return { entry: timed(bytes.subarray(HEADER, length), bytes[0] === 2 ? 'stderr' : 'stdout'), length };
}

function bareEntry(bytes: Buffer): Taken | undefined {
  const end = bytes.indexOf(NEWLINE);
  const longest = TIME_LENGTH + 1 + PIECE;
  if (end === -1 && bytes.length < longest) return undefined;
  const length = end === -1 ? longest : Math.min(end + 1, longest);
  return { entry: timed(bytes.subarray(0, length), 'stdout'), length };
}

function timed(bytes: Buffer, stream: LogEntry['stream']): LogEntry {
  return { time: bytes.toString('latin1', 0, TIME_LENGTH), stream, data: bytes.subarray(TIME_LENGTH + 1) };
}

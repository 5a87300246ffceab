import { refused } from '../image-error.js';
import type { EntryType, TarEntry, TarSink } from './entry.js';
import type { RawHeader } from './header.js';
import { BLOCK, numberAt, readHeader } from './header.js';
import { paxNumber, paxText, paxXattrs, readPax } from './pax.js';
import { checkCount, checkMap, hasMapBeforeData, leadingMapLines, readLeadingMap, readListedMap, readOldMap } from './sparse.js';
import type { Segment } from './sparse.js';

const LONGEST_META = 2 ** 20;
/** Records of extended headers that hold at one time: those of all entries, and those of the next. */
const MOST_RECORDS = 10_000;
const TYPES: Readonly<Record<string, EntryType>> = {
  '\0': 'file', 0: 'file', 7: 'file', S: 'file', 1: 'hard-link', 2: 'symbolic-link', 3: 'character-device', 4: 'block-device', 5: 'directory', 6: 'fifo',
};
const NEWLINE = 0x0a;
const META = new Set(['x', 'g', 'L', 'K']);
/** Where the map of an old GNU header begins and how many pieces it has; the size of the file follows. */
const OLD_MAP = { start: 386, pairs: 4, size: 483 };
const OLD_EXTENSION = { start: 0, pairs: 21 };

/**
 * Reads a tar archive (ustar, pax, GNU) that is pushed in pieces of any size, without waiting for anything. What is damaged or
 * unknown throws `invalid`. After the end of the archive all is ignored.
 */
export class TarReader {
  readonly #sink: TarSink;
  /** Bytes of a block or of metadata that are not complete yet. */
  #partial = Buffer.alloc(0);
  #want = BLOCK;
  #onBytes: (bytes: Buffer) => void = (block) => this.#header(block);
  /** What comes next belongs to an entry that has begun. */
  #inside = false;
  /** Of the present entry: bytes that are still to come, and after them up to the next block. */
  #left = 0;
  #padding = 0;
  #segments: Segment[] = [];
  #segment = 0;
  #inSegment = 0;
  readonly #global = new Map<string, Buffer>();
  #next = new Map<string, Buffer>();
  #zeros = false;
  #ended = false;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      if (this.#left > 0) at += this.#data(chunk.subarray(at));
      else if (this.#padding > 0) at += this.#skip(chunk.length - at);
      else at += this.#gather(chunk, at);
    }
  }

  /** All was pushed. Throws where the archive is not complete. */
  end(): void {
    const between = this.#left === 0 && this.#partial.length === 0 && this.#next.size === 0 && !this.#inside;
    if (!between && !this.#ended) throw refused('the archive ends in the middle of an entry');
  }

  #skip(available: number): number {
    const skipped = Math.min(available, this.#padding);
    this.#padding -= skipped;
    return skipped;
  }

  #gather(chunk: Buffer, at: number): number {
    const missing = this.#want - this.#partial.length;
    const taken = chunk.subarray(at, at + missing);
    if (taken.length < missing || this.#partial.length > 0) this.#partial = Buffer.concat([this.#partial, taken]);
    if (taken.length < missing) return taken.length;
    const bytes = this.#partial.length > 0 ? this.#partial : taken;
    this.#partial = Buffer.alloc(0);
    this.#onBytes(bytes);
    return taken.length;
  }

  #expect(want: number, onBytes: (bytes: Buffer) => void): void {
    this.#inside = true;
    this.#want = want;
    this.#onBytes = onBytes;
  }

  #expectHeader(): void {
    this.#expect(BLOCK, (block) => this.#header(block));
    this.#inside = false;
  }

  #header(block: Buffer): void {
    const header = readHeader(block);
    if (header === undefined) {
      this.#ended = this.#zeros;
      this.#zeros = true;
      return;
    }
    if (this.#zeros) throw refused('the archive is damaged: an entry follows after its end');
    if (META.has(header.flag)) return this.#meta(header);
    if (header.flag === 'S') return this.#oldSparse(header, block);
    this.#entry(header);
  }

  #meta({ flag, size }: RawHeader): void {
    if (size > LONGEST_META) throw refused(`the archive has a header of ${size} bytes, more than ${LONGEST_META}`);
    if (size === 0) return;
    this.#expect(size, (body) => {
      this.#padding = paddingOf(size);
      this.#remember(flag, body);
      this.#expectHeader();
    });
  }

  #remember(flag: string, body: Buffer): void {
    if (flag === 'L' || flag === 'K') {
      const end = body.indexOf(0);
      this.#next.set(flag === 'L' ? 'path' : 'linkpath', Buffer.from(end === -1 ? body : body.subarray(0, end)));
      return;
    }
    const held = flag === 'g' ? this.#global : this.#next;
    for (const [key, value] of readPax(body)) held.set(key, value);
    if (held.size > MOST_RECORDS) throw refused(`the archive has more than ${MOST_RECORDS} records in extended headers`);
  }

  #oldSparse(header: RawHeader, block: Buffer): void {
    const size = numberAt(block, OLD_MAP.size, 12);
    const { segments, more } = readOldMap(block, OLD_MAP.start, OLD_MAP.pairs);
    const extend = (extension: Buffer): void => {
      const read = readOldMap(extension, OLD_EXTENSION.start, OLD_EXTENSION.pairs);
      segments.push(...read.segments);
      checkCount(segments);
      if (!read.more) this.#begin(header, size, segments);
    };
    if (more) this.#expect(BLOCK, extend);
    else this.#begin(header, size, segments);
  }

  #entry(header: RawHeader): void {
    const records = this.#records();
    const stored = paxNumber(records, 'size') ?? header.size;
    if (!Number.isSafeInteger(stored)) throw refused('the archive is damaged: a file has a size that is no whole number');
    const sized = { ...header, size: stored };
    if (hasMapBeforeData(records)) return this.#mapBeforeData(sized, [], 0);
    this.#begin(sized, paxNumber(records, 'GNU.sparse.size') ?? stored, readListedMap(records));
  }

  /** The map takes blocks of what is stored until all of its lines are there. */
  #mapBeforeData(header: RawHeader, before: string[], linesBefore: number): void {
    if (header.size < BLOCK || before.length * BLOCK > LONGEST_META * 16) throw refused('the archive is damaged: the map of a sparse file does not fit');
    this.#expect(BLOCK, (block) => {
      before.push(block.toString('latin1'));
      const lines = linesBefore + block.reduce((sum, byte) => sum + (byte === NEWLINE ? 1 : 0), 0);
      const rest = { ...header, size: header.size - BLOCK };
      if (lines < leadingMapLines(before[0]!)) return this.#mapBeforeData(rest, before, lines);
      this.#begin(rest, paxNumber(this.#records(), 'GNU.sparse.realsize') ?? 0, readLeadingMap(before.join('')));
    });
  }

  #records(): Map<string, Buffer> {
    return this.#global.size === 0 ? this.#next : new Map([...this.#global, ...this.#next]);
  }

  #begin(header: RawHeader, size: number, segments: readonly Segment[] | undefined): void {
    const entry = this.#entryOf(header, size);
    // Some writers give links the size of what they lead to; no bytes of it follow.
    const stored = entry.type === 'file' ? header.size : 0;
    this.#segments = [...(segments ?? [{ offset: 0, length: stored }])];
    checkMap(this.#segments, stored, entry.size);
    this.#segment = 0;
    this.#inSegment = 0;
    this.#next = new Map();
    this.#left = stored;
    this.#expectHeader();
    this.#sink.begin(entry);
    if (stored === 0) this.#sink.end();
  }

  #entryOf(header: RawHeader, size: number): TarEntry {
    const records = this.#records();
    const name = paxText(records, 'GNU.sparse.name') ?? paxText(records, 'path') ?? header.name;
    const type = TYPES[header.flag];
    if (type === undefined) throw refused(`the archive has an entry "${name}" of the unknown type "${header.flag}"`);
    return {
      // Before ustar, a directory was a file whose name ends in a slash.
      type: type === 'file' && name.endsWith('/') ? 'directory' : type,
      name,
      linkName: paxText(records, 'linkpath') ?? header.linkName,
      mode: header.mode,
      uid: paxNumber(records, 'uid') ?? header.uid,
      gid: paxNumber(records, 'gid') ?? header.gid,
      size: type === 'file' ? size : 0,
      mtime: paxNumber(records, 'mtime') ?? header.mtime,
      major: header.major,
      minor: header.minor,
      xattrs: paxXattrs(records),
    };
  }

  /** Bytes of the present entry, cut where a piece of a sparse file ends. */
  #data(available: Buffer): number {
    let segment = this.#segments[this.#segment]!;
    while (this.#inSegment === segment.length) {
      segment = this.#segments[(this.#segment += 1)]!;
      this.#inSegment = 0;
    }
    const length = Math.min(available.length, segment.length - this.#inSegment, this.#left);
    this.#sink.data(available.subarray(0, length), segment.offset + this.#inSegment);
    this.#inSegment += length;
    this.#left -= length;
    if (this.#left === 0) this.#endEntry();
    return length;
  }

  #endEntry(): void {
    this.#padding = paddingOf(this.#segments.reduce((sum, { length }) => sum + length, 0));
    this.#sink.end();
  }
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

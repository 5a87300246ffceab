import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { damaged, SnapshotError } from './errors.js';
import type { SnapshotHeader, SnapshotRecord, SnapshotTrailer } from './format.js';
import { decodeRecord, parseHeader, parseTrailer } from './format.js';

const LONGEST_HEADER = 64 * 1024;
const LONGEST_FRAME = 64 * 1024 * 1024;
/** Bytes unpacked at a time: an object of megabytes is put together of few. */
const PIECE = 256 * 1024;

export interface SnapshotReader {
  readonly header: SnapshotHeader;
  /** Everything that is there, in order; throws a SnapshotError at the end if it is not what was saved. To be read to the end before any of it is believed. */
  readonly records: AsyncGenerator<SnapshotRecord, SnapshotTrailer>;
}

/** Reads a snapshot as it comes. Throws a SnapshotError on what is none, is of another format, ends early or was changed. */
export async function readSnapshot(input: Readable): Promise<SnapshotReader> {
  const { line, rest } = await takeLine(input);
  const header = parseHeader(line.subarray(0, -1));
  return { header, records: records(line, header, rest) };
}

async function takeLine(input: Readable): Promise<{ line: Buffer; rest: AsyncIterable<Buffer> }> {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await chunks.next();
    if (done === true) throw head.length === 0 ? damaged('it is empty') : (parseHeader(head), damaged('it ends in its header'));
    head = Buffer.concat([head, value]);
    const end = head.indexOf('\n') + 1;
    if (end > 0) return { line: head.subarray(0, end), rest: following(head.subarray(end), chunks) };
    if (head.length > LONGEST_HEADER) parseHeader(Buffer.alloc(0));
  }
}

async function* following(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

async function* records(line: Buffer, header: SnapshotHeader, compressed: AsyncIterable<Buffer>): AsyncGenerator<SnapshotRecord, SnapshotTrailer> {
  const hash = createHash('sha256').update(line);
  const frames = readFrames(compressed, (bytes) => hash.update(bytes));
  let objects = 0;
  for (;;) {
    const frame = await nextFrame(frames);
    if (frame.length === 0) break;
    objects++;
    yield decodeRecord(frame);
  }
  const sha256 = hash.digest('hex');
  const trailer = parseTrailer(await nextFrame(frames));
  if (trailer.sha256 !== sha256) throw damaged('its checksum is not that of its content');
  if (trailer.objects !== objects || header.objects !== objects) throw damaged(`it holds ${objects} objects and should hold ${header.objects}`);
  if ((await frames.next()).done !== true) throw damaged('something follows its end');
  return trailer;
}

async function nextFrame(frames: AsyncGenerator<Buffer>): Promise<Buffer> {
  const { value, done } = await frames.next();
  if (done === true) throw endsEarly();
  return value;
}

/** The payloads of the frames; `seen` gets every frame whole, but for those behind the one that ends the objects. */
async function* readFrames(compressed: AsyncIterable<Buffer>, seen: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  let buffered: Buffer = Buffer.alloc(0);
  let isOver = false;
  for await (const chunk of decompressed(compressed)) {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4) {
      const end = 4 + buffered.readUInt32BE(0);
      if (end > LONGEST_FRAME) throw damaged('an object has an impossible size');
      if (buffered.length < end) break;
      if (!isOver) seen(buffered.subarray(0, end));
      isOver ||= end === 4;
      yield buffered.subarray(4, end);
      buffered = buffered.subarray(end);
    }
  }
  if (buffered.length > 0) throw endsEarly();
}

async function* decompressed(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(compressed, { objectMode: false });
  const gunzip = createGunzip({ chunkSize: PIECE });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    throw explain(error);
  } finally {
    source.destroy();
  }
}

function explain(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (error instanceof SnapshotError || !code.startsWith('Z_')) return error;
  return code === 'Z_BUF_ERROR' ? endsEarly(error) : damaged('its content cannot be unpacked', error);
}

function endsEarly(cause?: unknown): SnapshotError {
  return damaged('it ends too early', cause);
}

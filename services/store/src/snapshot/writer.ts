import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sealedWith } from '@gantry/storage';
import type { SnapshotHeader, SnapshotRecord, SnapshotTrailer } from './format.js';
import { encodeRecord } from './format.js';

/** Quick rather than small. */
const LEVEL = 1;

/** Writes a snapshot as fast as `out` takes it, and ends `out`. Holds one record at a time. */
export async function writeSnapshot(header: SnapshotHeader, records: AsyncIterable<SnapshotRecord>, out: Writable): Promise<SnapshotTrailer> {
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  const trailer = Promise.withResolvers<SnapshotTrailer>();
  trailer.promise.catch(() => undefined);
  const gzip = createGzip({ level: LEVEL });
  const body = Readable.from(frames(line, records, trailer.resolve), { objectMode: false });
  await pipeline(body, gzip, async function* (compressed: AsyncIterable<Buffer>) {
    yield line;
    yield* compressed;
  }, out);
  return trailer.promise;
}

async function* frames(line: Buffer, records: AsyncIterable<SnapshotRecord>, done: (trailer: SnapshotTrailer) => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256').update(line);
  const keys = new Set<string>();
  let objects = 0;
  let sealed = 0;
  for await (const record of records) {
    objects++;
    const key = sealedWith(record.value);
    if (key !== undefined) {
      sealed++;
      keys.add(key);
    }
    const bytes = frame(encodeRecord(record));
    hash.update(bytes);
    yield bytes;
  }
  const end = frame(Buffer.alloc(0));
  const trailer = { objects, sha256: hash.update(end).digest('hex'), sealed, sealedWith: [...keys] };
  yield end;
  yield frame(Buffer.from(JSON.stringify(trailer)));
  done(trailer);
}

function frame(payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4 + payload.length);
  bytes.writeUInt32BE(payload.length);
  payload.copy(bytes, 4);
  return bytes;
}

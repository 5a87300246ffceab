import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ImageError } from '../image-error.js';
import { cutFrames } from './zstd-frames.js';

type Compression = 'none' | 'gzip' | 'zstd';

const PIECE = 2 ** 18;

/** What the first four bytes say; media types are not always right. */
function compressionOf(start: Uint8Array): Compression {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  const isZstd = start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd;
  // A frame to be skipped may stand first.
  const isSkippable = (start[0]! & 0xf0) === 0x50 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18;
  return isZstd || isSkippable ? 'zstd' : 'none';
}

/** Bytes as they were before they were compressed by gzip or zstd, if they were. */
export async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const { start, all } = await peek(source);
  const compression = compressionOf(start);
  if (compression === 'none') return yield* all;
  const transform: Transform = compression === 'gzip' ? createGunzip({ chunkSize: PIECE }) : createZstdDecompress({ chunkSize: PIECE });
  const input = Readable.from(compression === 'gzip' ? all : cutFrames(all), { objectMode: false });
  input.on('error', (error) => transform.destroy(error)).pipe(transform);
  try {
    for await (const chunk of transform) yield chunk as Buffer;
  } finally {
    input.destroy();
    transform.destroy();
  }
}

/** A file's bytes, decompressed. */
export function readDecompressed(file: string): AsyncGenerator<Buffer> {
  return decompressed(createReadStream(file, { highWaterMark: PIECE }));
}

/** What the decompression complains of is a fault of what is read. */
export function damageOf(error: unknown, what: string): unknown {
  const isDamage = /^(Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test(String((error as { code?: unknown }).code ?? ''));
  return isDamage ? new ImageError('invalid', `the ${what} is damaged: ${(error as Error).message}`, { cause: error }) : error;
}

/** The first bytes, enough to know the compression by, and all of them again. */
async function peek(source: AsyncIterable<Uint8Array>): Promise<{ start: Uint8Array; all: AsyncGenerator<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  while (start.length < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    start = start.length === 0 ? asBuffer(next.value) : Buffer.concat([start, next.value]);
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      yield start;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield asBuffer(next.value);
    } finally {
      await iterator.return?.();
    }
  };
  return { start, all: all() };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

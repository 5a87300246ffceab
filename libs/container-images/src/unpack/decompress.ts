import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

export type Compression = 'none' | 'gzip' | 'zstd';

const PIECE = 2 ** 18;

/** What the first four bytes say; media types are not always right. */
export function compressionOf(start: Uint8Array): Compression {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  const isZstd = start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd && start[0] === 0x28;
  // A frame to be skipped may stand first.
  const isSkippable = start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18 && (start[0]! & 0xf0) === 0x50;
  return isZstd || isSkippable ? 'zstd' : 'none';
}

/** What decompresses it; undefined where nothing is to be done. */
export function decompressor(compression: Compression): Transform | undefined {
  if (compression === 'gzip') return createGunzip({ chunkSize: PIECE });
  return compression === 'zstd' ? createZstdDecompress({ chunkSize: PIECE }) : undefined;
}

/** A file's bytes, decompressed. */
export async function* readDecompressed(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { highWaterMark: PIECE });
  const transform = decompressor(await sniff(file));
  if (transform !== undefined) source.on('error', (error) => transform.destroy(error)).pipe(transform);
  const output: Readable = transform ?? source;
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } finally {
    source.destroy();
    transform?.destroy();
  }
}

async function sniff(file: string): Promise<Compression> {
  const handle = await open(file);
  try {
    const start = Buffer.alloc(4);
    await handle.read(start, 0, 4, 0);
    return compressionOf(start);
  } finally {
    await handle.close();
  }
}

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { TarReader } from '../tar/reader.js';
import { damageOf, readDecompressed } from './decompress.js';
import type { Remaining } from './layer-writer.js';
import { LayerWriter } from './layer-writer.js';
import type { LayerLimits } from './meter.js';
import { Meter } from './meter.js';

export interface UnpackTask {
  /** The layer's file: tar, plain or compressed. */
  readonly blob: string;
  /** Empty, and nobody else's. */
  readonly folder: string;
  readonly limits: LayerLimits;
}

export interface Unpacked {
  /** Digest of the archive without its compression. */
  readonly diffId: string;
  /** Bytes of all files. */
  readonly bytes: number;
  readonly remaining: Remaining;
}

/** Unpacks a layer's archive. Keeps the thread busy: others call `unpackInWorker`. */
export async function unpackLayer({ blob, folder, limits }: UnpackTask): Promise<Unpacked> {
  const meter = new Meter(limits, statSync(blob).size);
  const writer = new LayerWriter(folder, meter);
  const reader = new TarReader(writer);
  const hash = createHash('sha256');
  try {
    for await (const chunk of readDecompressed(blob)) {
      meter.unpacked(chunk.length);
      hash.update(chunk);
      reader.push(chunk);
    }
    reader.end();
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw damageOf(error, 'layer');
  }
  return { diffId: `sha256:${hash.digest('hex')}`, bytes: meter.fileBytes, remaining: writer.remaining };
}

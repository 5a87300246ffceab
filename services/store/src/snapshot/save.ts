import type { Writable } from 'node:stream';
import type { PostgresConfig } from '../postgres/connection.js';
import { createConnection } from '../postgres/connection.js';
import { beginPicture, readPicture, type PresentRow } from '../postgres/sql/snapshot.js';
import type { SnapshotHeader, SnapshotRecord, SnapshotTrailer } from './format.js';
import { FORMAT, VERSION } from './format.js';
import { writeSnapshot } from './writer.js';

/** Called now and then while a snapshot is saved or restored. */
export type SnapshotProgress = (done: number, total: number) => void;

export interface SaveOptions {
  readonly postgres: PostgresConfig;
  /** Gets the snapshot and is ended. */
  readonly out: Writable;
  readonly onProgress?: SnapshotProgress;
}

export type SavedSnapshot = SnapshotHeader & SnapshotTrailer;

/**
 * Saves the present state as one exact picture at one revision, while stores go on writing. What was sealed stays sealed: without the
 * encryption key, which is not saved, nobody can read it.
 */
export async function saveSnapshot({ postgres, out, onProgress }: SaveOptions): Promise<SavedSnapshot> {
  const connection = createConnection(postgres, 'gantry snapshot save');
  const lost = new Promise<never>((_, reject) => connection.on('error', reject));
  lost.catch(() => undefined);
  await connection.connect();
  try {
    const meta = await beginPicture(connection);
    const header: SnapshotHeader = { format: FORMAT, version: VERSION, createdAt: new Date().toISOString(), incarnation: meta.incarnation, revision: Number(meta.revision), objects: Number(meta.objects) };
    const trailer = await Promise.race([lost, writeSnapshot(header, counted(readPicture(connection), header.objects, onProgress), out)]);
    return { ...header, ...trailer };
  } finally {
    await connection.end().catch(() => undefined);
  }
}

async function* counted(rows: AsyncIterable<PresentRow>, total: number, onProgress: SnapshotProgress | undefined): AsyncGenerator<SnapshotRecord> {
  let done = 0;
  for await (const row of rows) {
    yield { key: row.key, revision: Number(row.revision), ttlMs: Number(row.ttl_ms), spliceOffset: row.splice_offset, schemaHash: row.schema_hash, value: row.value };
    onProgress?.(++done, total);
  }
}

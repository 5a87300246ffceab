import type { Readable } from 'node:stream';
import type { Logger } from '@gantry/async';
import { digestOf } from '../log/state.js';
import type { PostgresConfig, PrimaryClient } from '../postgres/connection.js';
import { createConnection } from '../postgres/connection.js';
import { migrate } from '../postgres/migrations/migrate.js';
import type { WaitingRow } from '../postgres/sql/snapshot.js';
import { addWaiting, beginRestore, commitRestore, replaceState } from '../postgres/sql/snapshot.js';
import { SnapshotError } from './errors.js';
import type { SnapshotHeader, SnapshotRecord, SnapshotTrailer } from './format.js';
import { readSnapshot } from './reader.js';
import type { SnapshotProgress } from './save.js';

export interface RestoreOptions {
  readonly postgres: PostgresConfig;
  readonly input: Readable;
  /** Ids of the encryption keys that there are where it is restored; undefined: not known, and not checked. */
  readonly keyIds?: readonly string[];
  readonly logger: Logger;
  readonly onProgress?: SnapshotProgress;
}

export interface RestoredSnapshot {
  readonly saved: SnapshotHeader;
  readonly objects: number;
  readonly sealed: number;
  /** The newest revision of the new incarnation. */
  readonly revision: number;
  readonly incarnation: string;
}

const BATCH_ROWS = 500;
const BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Puts a snapshot in the place of the whole state, in one transaction that begins to touch it only when all of the snapshot has been read and
 * found sound. It is a new incarnation: every object has a revision that nobody has seen, and history before is marked compacted. A store
 * that leads meanwhile cannot commit any more and takes over anew.
 */
export async function restoreSnapshot({ postgres, input, keyIds, logger, onProgress }: RestoreOptions): Promise<RestoredSnapshot> {
  const { header, records } = await readSnapshot(input);
  await migrate(postgres, logger);
  const connection = createConnection(postgres, 'gantry snapshot restore');
  connection.on('error', (error) => logger.warn({ error: error.message }, 'the connection of the restore failed'));
  await connection.connect();
  try {
    await beginRestore(connection);
    const trailer = await loadAll(connection, header, records, onProgress);
    checkKeys(trailer, keyIds);
    const { revision, incarnation } = await replaceState(connection, header.revision);
    await commitRestore(connection);
    return { saved: header, objects: trailer.objects, sealed: trailer.sealed, revision, incarnation };
  } finally {
    await connection.end().catch(() => undefined);
  }
}

async function loadAll(connection: PrimaryClient, header: SnapshotHeader, records: AsyncGenerator<SnapshotRecord, SnapshotTrailer>, onProgress: SnapshotProgress | undefined): Promise<SnapshotTrailer> {
  let rows: WaitingRow[] = [];
  let bytes = 0;
  let loaded = 0;
  const flush = async (): Promise<void> => {
    await addWaiting(connection, loaded, rows);
    loaded += rows.length;
    rows = [];
    bytes = 0;
    onProgress?.(loaded, header.objects);
  };
  for (;;) {
    const { value, done } = await records.next();
    if (done === true) {
      await flush();
      return value;
    }
    rows.push({ ...value, digest: digestOf(value) });
    bytes += value.value.length;
    if (rows.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await flush();
  }
}

function checkKeys({ sealed, sealedWith }: SnapshotTrailer, keyIds: readonly string[] | undefined): void {
  const missing = keyIds === undefined ? [] : sealedWith.filter((id) => !keyIds.includes(id));
  if (missing.length === 0) return;
  throw new SnapshotError(`${sealed} of its objects are sealed with a key that is not here (${missing.join(', ')})`, 'give the encryption key of the cluster that was saved; nothing was changed');
}

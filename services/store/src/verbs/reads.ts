import type { Storage } from '@gantry/storage';
import type { Runner } from '../postgres/connection.js';
import { readError } from '../postgres/errors.js';
import { readMeta } from '../postgres/sql/meta.js';
import { SharedRead } from './current-revision.js';
import { get } from './get.js';
import { history } from './history.js';
import { list } from './list.js';

export type Reads = Omit<Storage, 'write'>;

/** The reading half of `Storage`, from the database alone: any replica can serve it. */
export function createReads(runner: Runner): Reads {
  const revision = new SharedRead(async () => (await readMeta(runner)).revision);
  return {
    get: (key, options) => translated(options?.signal, () => get(runner, key, options?.revision)),
    list: (prefix, options) => translated(options?.signal, () => list(runner, prefix, options)),
    history: (after, options) => translated(options?.signal, () => history(runner, after, options?.limit)),
    currentRevision: (options) => translated(options?.signal, () => revision.call()),
  };
}

/** A RangeError is the caller's mistake and passes; an abort is looked at before the database is asked. */
async function translated<T>(signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await read();
  } catch (error) {
    throw error instanceof RangeError ? error : readError(error);
  }
}

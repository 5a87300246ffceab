import pg from 'pg';
import { StorageError } from '@gantry/storage';

/**
 * True when Postgres itself refused the statement and goes on: the transaction was rolled back. Anything else, a lost
 * connection or a backend that ended, leaves open whether a commit happened.
 */
export function wasRolledBack(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}

/** The error of a read: a StorageError stays what it is, whatever Postgres says is `unavailable`. */
export function readError(error: unknown): StorageError {
  return error instanceof StorageError ? error : new StorageError('unavailable', `the database did not answer: ${messageOf(error)}`, { cause: error });
}

/** The error of a commit. */
export function commitError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (wasRolledBack(error)) return new StorageError('unavailable', `the database refused the write: ${messageOf(error)}`, { cause: error });
  return new StorageError('ambiguous', `the database's answer to a commit was lost: ${messageOf(error)}`, { cause: error });
}

/** True when a statement gave up waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55P03';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClusterError } from '../options.js';
import { explainFileError } from './files.js';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/**
 * One process a cluster: the lock file holds the owner's identity and comes into being whole (a hard link to a finished
 * file), so two starts at the same moment have one winner. A lock whose owner is dead is taken over.
 * Returns a function that gives the lock back.
 */
export function takeLock(path: string, clusterName: string): () => void {
  const own = ownIdentity();
  const draft = `${path}.${own.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    for (;;) {
      if (tryLink(draft, path)) return () => release(path, own);
      removeStale(path, clusterName);
    }
  } catch (error) {
    throw explainFileError(error, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process that holds the lock, undefined when nobody does or its holder is dead. */
export function lockHolder(path: string): ProcessIdentity | undefined {
  const owner = readOwner(path);
  return owner !== undefined && isAlive(owner) ? owner : undefined;
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeStale(path: string, clusterName: string): void {
  const owner = readOwner(path);
  if (owner !== undefined && isAlive(owner)) {
    throw new ClusterError(
      `cluster "${clusterName}" is already running (process ${owner.pid})`,
      `see it with "gantry status --name ${clusterName}", end it with "gantry stop --name ${clusterName}", or start another one with --name`,
    );
  }
  discard(path);
}

/**
 * Two starts may find the same stale lock: the slower one must not remove the faster one's fresh lock. What was moved away
 * and turns out to be alive is put back.
 */
function discard(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const owner = readOwner(aside);
  if (owner !== undefined && isAlive(owner)) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function release(path: string, own: ProcessIdentity): void {
  const owner = readOwner(path);
  if (owner?.pid === own.pid && owner.startedAt === own.startedAt) rmSync(path, { force: true });
}

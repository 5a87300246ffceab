import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, ownIdentity, type ProcessIdentity } from '@gantry/machine';
import { ClusterError } from '../options.js';
import { explainFileError } from './files.js';

/**
 * One process a cluster: the lock file holds the owner's identity and comes into being whole (a hard link to a finished
 * file), so two starts at the same moment have one winner. A lock whose owner is dead is taken over.
 * Returns a function that gives the lock back.
 */
export function takeLock(path: string, clusterName: string): () => void {
  const taken = tryLock(path);
  if (typeof taken === 'function') return taken;
  throw new ClusterError(
    `cluster "${clusterName}" is already running (process ${taken.pid})`,
    `see it with "gantry status --name ${clusterName}", end it with "gantry stop --name ${clusterName}", or start another one with --name`,
  );
}

/** Milliseconds between tries: another program has no event for the end of who holds a lock. */
const LOOK_EVERY = 50;

/** Works while it holds the lock that all programs of this machine have for one thing; waits until it is free. */
export async function whileLocked<T>(path: string, work: () => Promise<T>): Promise<T> {
  let taken = tryLock(path);
  for (; typeof taken !== 'function'; taken = tryLock(path)) await delay(LOOK_EVERY);
  try {
    return await work();
  } finally {
    taken();
  }
}

/** A function that gives the lock back, or who has it. */
function tryLock(path: string): (() => void) | ProcessIdentity {
  const own = ownIdentity();
  const draft = `${path}.${own.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    for (;;) {
      if (tryLink(draft, path)) return () => release(path, own);
      const owner = readOwner(path);
      if (owner !== undefined && isAlive(owner)) return owner;
      discard(path);
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

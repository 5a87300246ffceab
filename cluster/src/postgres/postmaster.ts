import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lookAtProcess } from '@gantry/machine';

/** A postmaster as its lock file in the data folder describes it. */
export interface Postmaster {
  readonly pid: number;
  readonly socketDir: string;
  /** `starting`, `ready`, `stopping`, `standby`; empty while the file is still being written. */
  readonly status: string;
  /** Its segment of shared memory; undefined before it had one. */
  readonly sharedMemory: number | undefined;
}

const POLL_MS = 5;

/** The lock file's content, whether its process lives or not; undefined when there is none. */
export function readPostmasterFile(dataDir: string): Postmaster | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Math.abs(Number(lines[0])), socketDir: lines[4] ?? '', status: (lines[7] ?? '').trim(), sharedMemory: segmentOf(lines[6]) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The process that a socket's lock file names; undefined when there is none. */
export function readSocketOwner(lock: string): number | undefined {
  try {
    return Math.abs(Number(readFileSync(lock, 'utf8').split('\n')[0]));
  } catch {
    return undefined;
  }
}

/** The line has the segment's key and its number. */
function segmentOf(line: string | undefined): number | undefined {
  const segment = /^\s*\d+\s+(\d+)/.exec(line ?? '')?.[1];
  return segment === undefined ? undefined : Number(segment);
}

/** `own`: a Postgres of the data folder. A number alone may belong to anything since a reboot; `unknown`: the system does not show to whom. */
type PostmasterIdentity = 'own' | 'other' | 'gone' | 'unknown';

export function identifyPostmaster(pid: number, dataDir: string): PostmasterIdentity {
  if (!isRunning(pid)) return 'gone';
  if (process.platform !== 'linux') return 'own';
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return (words[0] ?? '').endsWith('postgres') && words.includes(dataDir) ? 'own' : 'other';
  } catch {
    return isRunning(pid) ? 'unknown' : 'gone';
  }
}

export function isRunning(pid: number): boolean {
  return isTaken(pid) && lookAtProcess(pid)?.isZombie !== true;
}

/** True also for a dead process that nobody has waited for: its number is not free. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Resolves with true as soon as `condition` holds, with false after `timeoutMs`. */
export async function waitUntil(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) return false;
    await sleep(POLL_MS);
  }
  return true;
}

const FAST_SHUTDOWN_MS = 20_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** Fast shutdown: sessions are ended, a checkpoint is written. What does not end in time is ended at once, which the next start recovers from. */
export async function endPostmaster(pid: number): Promise<void> {
  for (const [signal, timeoutMs] of [['SIGINT', FAST_SHUTDOWN_MS], ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS], ['SIGKILL', IMMEDIATE_SHUTDOWN_MS]] as const) {
    if (!isRunning(pid)) return;
    process.kill(pid, signal);
    if (await waitUntil(() => !isRunning(pid), timeoutMs)) return;
  }
}

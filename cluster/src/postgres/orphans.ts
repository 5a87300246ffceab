import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import type { Logger } from '@gantry/async';
import { isRunning, waitUntil } from './postmaster.js';

/** Sessions see at once that their postmaster is gone; one that computes, or is stopped, does not. */
const LEAVE_MS = 2_000;
const QUIT_MS = 1_000;
const KILL_MS = 5_000;

/**
 * The processes of a data folder whose postmaster is dead: they work in the folder, by which they are told from other Postgres'. Linux only:
 * elsewhere Postgres' own look at its shared memory is what keeps a second one out.
 */
export function backendsIn(dataDir: string): number[] {
  if (process.platform !== 'linux') return [];
  const folder = realFolder(dataDir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => linkOf(`/proc/${pid}/cwd`) === folder && nameOf(pid) === 'postgres')
    .map(Number)
    .filter(isRunning);
}

/**
 * Waits until the processes that a dead postmaster left have gone, and ends those that stay: beside them a new one would destroy the data. What they had not
 * committed is lost with them, as in any crash.
 */
export async function endBackends(dataDir: string, logger: Logger): Promise<void> {
  for (const [signal, timeoutMs] of [[undefined, LEAVE_MS], ['SIGQUIT', QUIT_MS], ['SIGKILL', KILL_MS]] as const) {
    const pids = backendsIn(dataDir);
    if (pids.length === 0) return;
    if (signal !== undefined) logger.warn({ pids, signal }, 'ending what a killed Postgres left');
    if (signal !== undefined) for (const pid of pids) kill(pid, signal);
    await waitUntil(() => !pids.some(isRunning), timeoutMs);
  }
}

/** True when a process is attached to this segment of shared memory, and where that cannot be seen. */
export function isAttached(segment: number): boolean {
  try {
    const rows = readFileSync('/proc/sysvipc/shm', 'utf8').split('\n').map((line) => line.trim().split(/\s+/));
    const attached = rows[0]?.indexOf('nattch') ?? -1;
    const row = rows.find((columns) => Number(columns[1]) === segment);
    return row !== undefined && Number(row[attached]) > 0;
  } catch {
    return true;
  }
}

function realFolder(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

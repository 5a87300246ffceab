import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be taken for another one that got its number later. Fit to be written down. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever unit the system has: only compared for equality. */
  readonly startedAt: string;
}

/** What the kernel says of a process. */
export interface ProcessState extends ProcessIdentity {
  readonly parent: number;
  /** The process that leads, or led, its session. */
  readonly session: number;
  /** It has ended, and nobody has asked how. */
  readonly isZombie: boolean;
}

/** Undefined where there is no such process. Linux only. Not awaited: the kernel answers from memory. */
export function lookAtProcess(pid: number): ProcessState | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name stands in brackets and can have anything in it, brackets included. Fields are counted from 3 on behind it.
  const [state = '', parent = '', , session = '', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, parent: Number(parent), session: Number(session), startedAt: rest[15] ?? '', isZombie: state === 'Z' || state === 'X' };
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? 'unknown' };
}

/** True when this very process still runs (a zombie does not). */
export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return startOf(pid) === startedAt;
}

/** Sends the signal where that very process is there. */
export function signalProcess(identity: ProcessIdentity, signal: number | NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether the process was started with this word. Linux only. */
export function hasArgument(pid: number, word: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
  } catch {
    return false;
  }
}

/** Undefined when no such process runs. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startOfOther(pid);
  const state = lookAtProcess(pid);
  return state === undefined || state.isZombie ? undefined : state.startedAt;
}

function startOfOther(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process as it can be recognised later: its id may have been given to another one since. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever unit the system has: only compared for equality. */
  readonly startedAt: string;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? 'unknown' };
}

/** True when this very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.startedAt;
}

/** undefined when no such process runs (a zombie does not run). */
function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startOfLinux(pid) : startOfOther(pid);
}

/** Field 22 of `/proc/<pid>/stat`, counted behind the command's closing parenthesis. */
function startOfLinux(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').pop()?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startOfOther(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

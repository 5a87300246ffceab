import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

const SINCE = 19;

/** When a process began, in ticks since the machine did: with it, a number that is used again is told from the first. */
function startOf(pid: number | 'self'): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[SINCE];
  } catch {
    return undefined;
  }
}

/** A name for what belongs to this process until it ends: `<pid>-<start>.<unique>`. */
export function ownedName(): string {
  return `${process.pid}-${startOf('self') ?? '0'}.${randomUUID()}`;
}

/** Whether the process that gave this name still runs. */
export function ownerIsAlive(name: string): boolean {
  const [, pid, start] = /^(\d+)-(\d+)\./.exec(name) ?? [];
  return pid !== undefined && startOf(Number(pid)) === start;
}

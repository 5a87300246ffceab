import { randomUUID } from 'node:crypto';
import { isAlive, ownIdentity } from '@gantry/machine';

/** A name for what belongs to this process until it ends: `<pid>-<start>.<unique>`. */
export function ownedName(): string {
  const { pid, startedAt } = ownIdentity();
  return `${pid}-${startedAt}.${randomUUID()}`;
}

/** Whether the process that gave this name still runs. */
export function ownerIsAlive(name: string): boolean {
  const [, pid, startedAt] = /^(\d+)-(\w+)\./.exec(name) ?? [];
  return startedAt !== undefined && isAlive({ pid: Number(pid), startedAt });
}

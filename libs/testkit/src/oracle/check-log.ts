import type { Violation } from '../violation.js';
import type { LogRow } from './log-copy.js';

/** Is the log what it promises to be by itself: dense, each row naming what it replaced, epochs never going back? */
export function checkLog(rows: readonly LogRow[]): Violation[] {
  const violations: Violation[] = [];
  const keys = new Map<string, number>();
  const kinds = new Map<string, number>();
  let before: LogRow | undefined;
  for (const row of rows) {
    const kind = row.key.split('/', 2).join('/');
    const previous = keys.get(row.key) ?? 0;
    const say = (invariant: number, what: string): void => void violations.push({ invariant, what, evidence: [...(before === undefined ? [] : [describeRow(before)]), describeRow(row)] });
    if (row.revision !== (before?.revision ?? 0) + 1) say(3, `revision ${row.revision} does not follow on ${before?.revision ?? 0}`);
    if (row.epoch < (before?.epoch ?? 0)) say(3, 'a leader wrote whose term was over');
    if (row.previousObject !== previous) say(3, `the key was at revision ${previous}`);
    if (row.previousKind !== (kinds.get(kind) ?? 0)) say(3, `the resource was at revision ${kinds.get(kind) ?? 0}`);
    if ((row.type === 'ADDED') !== (previous === 0)) say(3, `${row.type} of a key that was at revision ${previous}`);
    keys.set(row.key, row.type === 'DELETED' ? 0 : row.revision);
    kinds.set(kind, row.revision);
    before = row;
  }
  return violations;
}

export function describeRow({ revision, epoch, type, key, previousObject }: LogRow): string {
  return `revision ${revision} (epoch ${epoch}): ${type} ${key}, before it ${previousObject}`;
}

import type { WriteOperation, WriteOutcome } from '@gantry/storage';
import type { LogState } from './state.js';

/** Deletes a second, at most: a thousand events that expire together must not hold up the writes of people. */
const DELETES_A_TURN = 100;

/** The keys whose time is over, oldest entries first, `limit` at most. */
export function expiredKeys(state: LogState, now: number, limit = DELETES_A_TURN): string[] {
  const expired: string[] = [];
  for (const key of state.expiring) {
    if (expired.length === limit) break;
    const expiresAt = state.keys.get(key)?.expiresAt ?? 0;
    if (expiresAt > 0 && expiresAt <= now) expired.push(key);
  }
  return expired;
}

/** Deletes what has outlived its time, as anyone would: a put that came first wins by compare-and-swap. */
export async function expire(state: LogState, write: (operations: readonly WriteOperation[]) => Promise<WriteOutcome>, now: number): Promise<void> {
  const deletes = expiredKeys(state, now).map((key) => write([{ type: 'delete', key, expectedRevision: state.keys.get(key)?.revision ?? 0 }]));
  await Promise.allSettled(deletes);
}

import { setTimeout as delay } from 'node:timers/promises';
import { COUNTER, type Shown } from './objects.js';
import { get, getStale, list } from './reads.js';
import type { Session } from './session.js';
import { create, patch, remove, update } from './writes.js';

/** Few enough that clients meet. */
const NAMES = Array.from({ length: 24 }, (_, index) => `c${String(index).padStart(2, '0')}`);

/** Works until it is told to end, one request after another, with pauses of up to `pauseMs`. */
export async function runClient(session: Session, pauseMs: number): Promise<void> {
  const { random, signal } = session;
  const known = new Map<string, Shown>();
  let newest = 0;
  while (!signal.aborted) {
    const name = random.pick(NAMES);
    const seen = known.get(name);
    const choice = random.below(100);
    if (choice < 25) note(known, name, await get(session, name));
    else if (choice < 30) await getStale(session, name, random.pick([0, newest]));
    else if (choice < 42) await create(session, name);
    else if (choice < 60) await (seen === undefined ? create(session, name) : update(session, seen));
    else if (choice < 72) await patch(session, name);
    else if (choice < 80 && seen !== undefined) await remove(session, seen);
    else if (choice < 88) await increment(session);
    else newest = Math.max(newest, await list(session, newest));
    if (pauseMs > 0) await delay(random.below(pauseMs), undefined, { signal }).catch(() => undefined);
  }
}

function note(known: Map<string, Shown>, name: string, shown: Shown | undefined): void {
  if (shown === undefined) known.delete(name);
  else known.set(name, shown);
}

/** Counts up by what was read, once: whoever lost reads again another time. */
async function increment(session: Session): Promise<void> {
  const shown = await get(session, COUNTER);
  if (shown === undefined) await create(session, COUNTER);
  else await update(session, shown, { count: shown.count + 1 });
}

import type { WatchStream } from '@gantry/bus';

/** Revisions that are published again rather than skipped: followers of a skipped range read them from the log one by one. */
const REFILL_LIMIT = 10_000;

/** What to do with a stream that ends at `last` when the newest revision is `revision`. */
export type Alignment = { readonly do: 'continue' | 'purge'; readonly cursor: number };

/** A little behind: publish what is missing. Far behind: skip it. Ahead: the stream belongs to another incarnation of the store. */
export function planAlignment(last: number, revision: number): Alignment {
  const isNear = last <= revision && revision - last <= REFILL_LIMIT;
  return isNear ? { do: 'continue', cursor: last } : { do: 'purge', cursor: revision };
}

/**
 * Makes the stream ready to take `cursor` + 1, and returns `cursor`. `committed` reads the newest revision from the database: a
 * leader that was replaced without knowing it must not take away what the present one has published.
 */
export async function align(stream: WatchStream, revision: number, committed: () => Promise<number>): Promise<number> {
  await stream.ensure(revision + 1);
  const last = await stream.lastSequence();
  if (last > revision && last <= (await committed())) throw new Error(`another store has published up to ${last}`);
  const plan = planAlignment(last, revision);
  if (plan.do === 'purge') await stream.purgeTo(revision + 1);
  return plan.cursor;
}

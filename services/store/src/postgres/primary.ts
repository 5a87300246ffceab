import { delay, systemClock } from '@gantry/async';
import type { PostgresHost } from './hosts.js';
import { messageOf } from './errors.js';
import type { Server } from './server.js';

/** How long others may take to show that they have a later timeline than the first server that takes writes. */
const GRACE_MS = 250;

interface Found {
  readonly host: PostgresHost;
  readonly timeline: number;
}

/**
 * The server that takes writes; of several the one that was promoted last, since an old primary that came back does not know that it is not one any more. All are asked at
 * once: one that is dead must not hold up the way to the others. `probe` resolves to a server's timeline, and rejects when it takes no writes.
 */
export async function findPrimary(hosts: readonly PostgresHost[], probe: (host: PostgresHost) => Promise<number>): Promise<PostgresHost> {
  const found: Found[] = [];
  const problems: string[] = [];
  const first = Promise.withResolvers<void>();
  const probes = hosts.map(async (host) => {
    try {
      found.push({ host, timeline: await probe(host) });
      first.resolve();
    } catch (error) {
      problems.push(messageOf(error));
    }
  });
  await settledOrLate(Promise.all(probes), first.promise);
  const best = hosts.flatMap((host) => found.filter((one) => one.host === host)).reduce<Found | undefined>((latest, one) => (latest && latest.timeline >= one.timeline ? latest : one), undefined);
  if (best) return best.host;
  throw new Error(`none of the ${hosts.length} servers takes writes: ${problems.join('; ')}`);
}

/** Resolves with `all`, or a while after `first`. */
async function settledOrLate(all: Promise<unknown>, first: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = first.then(() => delay(systemClock, GRACE_MS, over.signal)).catch(() => undefined);
  await Promise.race([all, late]);
  over.abort();
}

const newest = new WeakMap<readonly PostgresHost[], Server>();

/** Why this server must not be used although it takes writes: this process has seen that another one of the list was promoted after it. */
export function staleness(hosts: readonly PostgresHost[], server: Server): string | undefined {
  const seen = newest.get(hosts);
  if (seen?.system === server.system && server.timeline < seen.timeline) return `this is a former primary (timeline ${server.timeline}, and ${seen.timeline} was seen): make it a standby of the present one`;
  newest.set(hosts, server);
  return undefined;
}

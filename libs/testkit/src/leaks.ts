import { setTimeout } from 'node:timers/promises';

/** How many of each kind of resource keep the process alive, as `process.getActiveResourcesInfo` names them. */
export type ResourceCounts = ReadonlyMap<string, number>;

/** What a test must give back: timers, sockets, servers, children, watchers of files. Everything else belongs to the runner. */
const WATCHED = new Set(['Timeout', 'TCPSocketWrap', 'TCPServerWrap', 'PipeServerWrap', 'UDPWrap', 'ProcessWrap', 'FSEventWrap', 'StatWatcher', 'Worker']);

/** Milliseconds between two looks. vitest's own timers take some 200 ms to run out after the last test. */
const POLL = 5;

/** Counts the watched resources that are active now; unreferenced ones do not keep the process alive and do not count. */
export function countResources(active: readonly string[] = process.getActiveResourcesInfo()): ResourceCounts {
  const counts = new Map<string, number>();
  for (const kind of active) if (WATCHED.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** What is in `after` beyond `before`, one line a kind: `2 Timeout`. */
export function leaksBetween(before: ResourceCounts, after: ResourceCounts): string[] {
  return [...after].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [`${more} ${kind}`] : [];
  });
}

/**
 * Waits until nothing beyond `before` is active, for at most `patience` milliseconds (closing takes a few turns of the loop).
 * @returns what is still there: empty when all was given back
 */
export async function leaksSince(before: ResourceCounts, patience: number): Promise<string[]> {
  const end = performance.now() + patience;
  for (;;) {
    const leaks = leaksBetween(before, countResources());
    if (leaks.length === 0 || performance.now() > end) return leaks;
    await setTimeout(POLL, undefined, { ref: false });
  }
}

import type { Seams } from './scenario.suite.js';
import type { SessionCall } from './session-seam.suite.js';
import type pg from 'pg';

/** Revisions out of a sequence become visible out of order: a reader that goes on behind the last one that it saw misses some. */
export const sequenceRevisions: Seams = {
  storage: (storage) => {
    const seen = new Map<number, number>();
    const isLate = (revision: number): boolean => revision % 10 === 3 && performance.now() - (seen.get(revision) ?? seen.set(revision, performance.now()).get(revision)!) < 300;
    return over(storage, { history: async (...args) => {
      const page = await storage.history(...args);
      return { ...page, entries: page.entries.filter(({ revision }) => !isLate(revision)) };
    } });
  },
};

/** Looks at a revision until it is another one: enough for a write of clients that go on writing. */
const LOOKS = 50;

/** Items are read in one snapshot, the revision that they are said to be of in another one. */
export const revisionReadApart: Seams = {
  storage: (storage) => over(storage, { list: async (...args) => {
    const page = await storage.list(...args);
    if (args[1]?.revision !== undefined) return page;
    let { revision } = page;
    for (let looks = 0; looks < LOOKS && revision === page.revision; looks += 1) revision = await storage.currentRevision();
    return { ...page, revision };
  } }),
};

/** A bookmark overtakes the event before it. */
export const bookmarkBeforeEvent: Seams = {
  body: async function* (lines) {
    let held: string | undefined;
    for await (const line of lines) {
      const isBookmark = line.startsWith('{"type":"BOOKMARK"');
      if (isBookmark) yield line;
      if (held !== undefined) yield held;
      held = isBookmark ? undefined : line;
    }
    if (held !== undefined) yield held;
  },
};

/** A message is lost, and what follows it is taken for the next one. */
export const skippedGap: Seams = {
  bus: (bus) => {
    const follow: typeof bus.watch.follow = (options) => bus.watch.follow({ ...options, onMessage: (message) => options.onMessage(message.sequence % 20 === 0 ? { ...message, headers: { ...message.headers, key: 'core/endpoints/none/none', 'prev-object': '0' } } : message) });
    return over(bus, { watch: over(bus.watch, { follow }) });
  },
};

/** A watcher that is slow loses events, and its watch goes on as if nothing had been. */
export const dropWhenSlow: Seams = {
  body: async function* (lines) {
    let count = 0;
    for await (const line of lines) if ((count += 1) % 20 !== 0 || line.startsWith('{"type":"BOOKMARK"')) yield line;
  },
};

/** The newest revision is asked of a replica that is behind. */
export const staleReplicaRead: Seams = {
  storage: (storage) => {
    const known: { at: number; revision: number }[] = [];
    return over(storage, { currentRevision: async (...args) => {
      known.push({ at: performance.now(), revision: await storage.currentRevision(...args) });
      while (known.length > 1 && performance.now() - known[1]!.at > 500) known.shift();
      return known[0]!.revision;
    } });
  },
};

/** What nobody knows to be done or not is done once more. */
export const blindRetry: Seams = {
  storage: (storage) => over(storage, { write: (...args) => storage.write(...args).catch((error: { code?: string }) => {
    if (error.code !== 'ambiguous') throw error;
    return storage.write(...args);
  }) }),
};

/** Two stores are told that they hold the lock: what is left to keep a leader from writing whose term is over is the epoch. */
export function twoLead(): (call: SessionCall) => Promise<pg.QueryResult> {
  let told = 0;
  return (call) => (call.name === 'try-lock' && (told += 1) <= 2 ? call.run('SELECT true AS locked') : call.run());
}

/** Nobody looks at the epoch, neither in a commit nor beside one. */
export function noEpochCheck(): (call: SessionCall) => Promise<pg.QueryResult> {
  const lock = twoLead();
  const first = new WeakMap<pg.Client, unknown>();
  return async (call) => {
    if (call.name === 'append') return call.run(call.text.replace('WHERE epoch = $1::bigint AND revision = $2::bigint', 'WHERE $1::bigint > 0 AND $2::bigint >= 0'));
    const result = await lock(call);
    if (call.name !== 'meta' && call.name !== 'take-over') return result;
    const [row] = result.rows as { epoch: unknown }[];
    if (row !== undefined) {
      if (call.name === 'take-over' || !first.has(call.session)) first.set(call.session, row.epoch);
      row.epoch = first.get(call.session);
    }
    return result;
  };
}

/** The answer is given when the commit is sent, not when it is done. */
export function acknowledgeBeforeCommit(call: SessionCall): Promise<pg.QueryResult> {
  if (call.name !== 'append') return call.run();
  setTimeout(() => void call.run().catch(() => undefined), 30);
  return Promise.resolve({ rowCount: 1, rows: [{ revision: '0' }], command: 'SELECT', oid: 0, fields: [] });
}

/** Compaction removes what reads at its own revision still need. */
export function compactionOffByOne(call: SessionCall): Promise<pg.QueryResult> {
  return call.name === 'compact-sweep' ? call.run(call.text.replaceAll('revision <= $2::bigint', 'revision <= $2::bigint + 1')) : call.run();
}

/** The same object, but for some of its methods. */
function over<T extends object>(object: T, replaced: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof value === 'function' && !(name in replaced) ? value.bind(target) : value;
    },
  });
}

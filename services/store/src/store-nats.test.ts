import { silentLogger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { connectNatsBus } from '@gantry/bus/nats';
import type { LogEntry, Storage } from '@gantry/storage';
import { decodeWatchMessage } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, startTestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { startNatsServer, type NatsServer } from '../../../libs/bus/src/nats/nats-server.suite.js';
import { describeStorage, pod, put } from '../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import type { RunningStore } from './store.js';
import { startStore } from './store.js';

let postgres: TestPostgres;
let nats: NatsServer;
let absent: string | undefined;
beforeAll(async () => {
  postgres = await startTestPostgres();
  const started = await startNatsServer();
  if (typeof started === 'string') absent = started;
  else nats = started;
}, POSTGRES_HOOK_MS);
afterAll(async () => {
  await nats?.stop();
  await postgres.stop();
}, POSTGRES_HOOK_MS);

/** A round trip: the server knows of what was subscribed before it. */
async function settle(bus: Bus): Promise<void> {
  await bus.watch.lastSequence().catch(() => undefined);
}

const connect = (identity: string): Promise<Bus> => connectNatsBus({ servers: [nats.url], identity });

describeStorage(
  'the store on Postgres, through NATS',
  async () => {
    const [storeBus, apiBus] = [await connect('store'), await connect('api')];
    const store = await startStore({ bus: storeBus, postgres: await postgres.emptied(), logger: silentLogger });
    await store.whenLeading();
    await settle(storeBus);
    return {
      storage: createRemoteStorage(apiBus),
      compact: (revision) => store.compact(revision),
      stop: async () => {
        await store.stop();
        await storeBus.close();
        await apiBus.close();
        await nats.clear();
      },
    };
  },
  () => absent,
);

describe('two stores over NATS', () => {
  const buses: Bus[] = [];
  const stores: RunningStore[] = [];
  let storage: Storage;
  let api: Bus;
  /** What a follower was shown, by revision, and the gaps that it was told of. */
  const shown = new Map<number, LogEntry>();
  let next = 0;

  beforeEach(async (context) => {
    if (absent !== undefined) return context.skip(absent);
    const config = await postgres.emptied();
    for (const identity of ['store', 'store']) {
      const bus = await connect(identity);
      buses.push(bus);
      stores.push(await startStore({ bus, postgres: config, logger: silentLogger }));
    }
    await Promise.race(stores.map((store) => store.whenLeading()));
    await Promise.all(buses.map(settle));
    api = await connect('api');
    buses.push(api);
    storage = createRemoteStorage(api);
    shown.clear();
    next = 0;
    await api.watch.follow({
      fromSequence: 1,
      onMessage: ({ sequence, headers, data }) => shown.set(sequence, decodeWatchMessage(sequence, headers, data)),
      onGap: ({ expected, next: first }) => void fill(expected, first),
    });
  });
  afterEach(async () => {
    if (absent !== undefined) return;
    for (const store of stores.splice(0)) await store.stop();
    for (const bus of buses.splice(0)) await bus.close();
    await nats.clear();
  });

  const write = async (count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, () => storage.write([put(pod(`p${(next += 1)}`), 0)])));
  };
  /** As `api` does: what the stream no longer shows is read from the log. */
  const fill = async (from: number, below: number): Promise<void> => {
    const { entries } = await vi.waitFor(() => storage.history(from - 1, { limit: below - from }), { timeout: 15_000 });
    for (const entry of entries) shown.set(entry.revision, entry);
  };
  /** All revisions were shown, each as it stands in the log, and the stream is where the log is. */
  const wholeLog = async (): Promise<void> => {
    const revision = await vi.waitFor(() => storage.currentRevision(), { timeout: 15_000 });
    await vi.waitFor(async () => expect(await api.watch.lastSequence()).toBe(revision), { timeout: 15_000 });
    const { entries } = await storage.history(0, { limit: revision });
    await vi.waitFor(() => expect(shown.get(revision)).toEqual(entries.at(-1)), { timeout: 15_000 });
    expect(entries).toHaveLength(revision);
    await vi.waitFor(() => expect(shown.size).toBe(revision), { timeout: 15_000 });
    for (const [sequence, entry] of shown) expect(entry).toEqual(entries[sequence - 1]);
  };
  const connected = (): Promise<unknown> =>
    Promise.all(buses.map((bus) => new Promise<void>((resolve) => bus.onConnection((up) => up && resolve()))));

  it('number the messages of the stream as the revisions', async () => {
    await write(300);
    await wholeLog();
    expect([...shown.keys()]).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it('go on in the same numbers when the server lost all that it had', async () => {
    await write(20);
    await wholeLog();
    await nats.replace();
    await connected();
    await vi.waitFor(() => write(20), { timeout: 15_000 });
    await wholeLog();
  });

  it('go on in the same numbers when the stream was purged, or deleted', async () => {
    await write(10);
    await wholeLog();
    await api.request('$JS.API.STREAM.PURGE.WATCH', new Uint8Array(0), { timeoutMs: 5_000 });
    await write(10);
    await wholeLog();
    await api.request('$JS.API.STREAM.DELETE.WATCH', new Uint8Array(0), { timeoutMs: 5_000 });
    await write(10);
    await wholeLog();
  });

  it('the second leads on, and the numbers go on, when the first one ends', async () => {
    await write(10);
    const leader = stores.find((store) => store.leading)!;
    await leader.stop();
    stores.splice(stores.indexOf(leader), 1);
    await vi.waitFor(() => write(10), { timeout: 15_000 });
    await wholeLog();
  });

  it('acknowledge nothing that is lost while connections come and go', async () => {
    const acknowledged: number[] = [];
    let over = false;
    const writing = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!over) {
          const name = `w${(next += 1)}`;
          const outcome = await storage.write([put(pod(name), 0)]).catch(() => undefined);
          if (outcome?.ok === true) acknowledged.push(...outcome.revisions);
          else await new Promise((resolve) => setImmediate(resolve));
        }
      }),
    );
    for (let round = 0; round < 3; round += 1) {
      const before = acknowledged.length;
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), { timeout: 15_000 });
      nats.cut();
      nats.heal();
      await connected();
    }
    over = true;
    await writing;
    await wholeLog();
    const { entries } = await storage.history(0, { limit: 100_000 });
    const revisions = new Set(entries.map((entry) => entry.revision));
    expect(acknowledged.filter((revision) => !revisions.has(revision))).toEqual([]);
  });
});

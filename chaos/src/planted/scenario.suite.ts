import { silentLogger } from '@gantry/async';
import { createMemoryBus, type Bus, type MemoryBus } from '@gantry/bus';
import { BusFaults, expectedEvents, installLogCopy, Random, readCompactions, readLogCopy, Truth, type FaultRates, type SqlQuery, type Violation } from '@gantry/testkit';
import { queryOnce, type TestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { createRemoteStorage } from '../../../services/api/src/remote-storage/remote-storage.suite.js';
import { startTestApi, type TestApi, type TestApiOptions } from '../../../services/api/src/test-api.suite.js';
import { startStore } from '../../../services/store/src/test-store.suite.js';
import { judge } from '../judge/judge.js';
import { ApiConnection, type OpenAnswer } from '../workload/http.js';
import { PREFIX } from '../workload/objects.js';
import { Workload } from '../workload/workload.js';

type ApiStorage = ReturnType<typeof createRemoteStorage>;
export type Store = Awaited<ReturnType<typeof startStore>>;

/** Where a bug can be planted, without a line of it in the product. */
export interface Seams {
  /** What each api takes for the store. */
  readonly storage?: (storage: ApiStorage) => ApiStorage;
  /** What each api takes for the bus. */
  readonly bus?: (bus: Bus) => Bus;
  /** The lines of a watch, as the client gets them. */
  readonly body?: (lines: AsyncIterable<string>) => AsyncIterable<string>;
}

/** What all runs of one scenario have, with the bug and without. */
export interface Conditions {
  readonly stores?: number;
  readonly limits?: TestApiOptions['limits'];
  /** Of the bus between the apis and everything. */
  readonly rates?: readonly FaultRates[];
  /** Called again and again while clients work. */
  readonly harm?: (around: { readonly stores: readonly Store[]; readonly query: SqlQuery; readonly listAt: (revision: number) => Promise<number> }) => Promise<unknown>;
}

/** Acknowledged writes of one run. */
const WRITES = 200;
/** Milliseconds after which a run ends with fewer, since a bug may let few through. */
const LONGEST_MS = 15_000;
/** Milliseconds that watches have to show the rest: where a bug took it away, they never do. */
const PATIENCE_MS = { sound: 60_000, planted: 1_500 };
const CLIENTS = { clients: 6, isGentle: false };
const CALM_MS = 20;

/** The clients of a chaos run on stores and apis in this process, judged as a chaos run is. Answers what was found. */
export async function runScenario(postgres: TestPostgres, { stores: count = 1, limits, rates = [], harm }: Conditions, seams?: Seams): Promise<readonly Violation[]> {
  const random = new Random(5);
  const config = await postgres.emptied();
  const query: SqlQuery = (text, values) => queryOnce(config, text, [...(values ?? [])]) as never;
  await query('DROP SCHEMA IF EXISTS oracle CASCADE');
  const broker = createMemoryBus();
  const stores: Store[] = [];
  const apis: TestApi[] = [];
  const faults = new BusFaults(random.fork('bus'));
  try {
    for (let made = 0; made < count; made += 1) stores.push(await startStore({ bus: broker, postgres: config, logger: silentLogger, compaction: { keepMs: 600_000 } }));
    await Promise.race(stores.map((store) => store.whenLeading()));
    await installLogCopyAtOnce(config);
    for (let made = 0; made < 2; made += 1) apis.push(await startApi(broker, faults, limits, seams ?? {}));
    const workload = new Workload(apis.map((api, index) => connectionTo(api, `api-${index}`, seams ?? {})), CLIENTS, random.fork('workload'));
    faults.rates = rates;
    await work(workload, () => harm?.({ stores, query, listAt: (revision) => workload.listAt(revision) }));
    faults.stop();
    await workload.ready();
    await workload.stopWriting();
    const before = new Truth(await readLogCopy(query), PREFIX);
    await workload.stopWatching((labels) => expectedEvents(before.changes, 0, labels).at(-1)?.revision ?? 0, PATIENCE_MS[seams === undefined ? 'sound' : 'planted']);
    workload.close();
    const rows = await readLogCopy(query);
    return judge(workload.notes, rows, new Truth(rows, PREFIX, await readCompactions(query)));
  } finally {
    faults.stop();
    for (const api of apis) await api.stop();
    for (const store of stores) await store.stop();
    await broker.close();
  }
}

async function work(workload: Workload, harm: () => Promise<unknown> | undefined): Promise<void> {
  await workload.ready();
  workload.start();
  const end = performance.now() + LONGEST_MS;
  while (workload.acknowledged < WRITES && performance.now() < end) {
    await harm();
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
  }
}

/** It is one transaction, so it needs one session. */
async function installLogCopyAtOnce(config: Awaited<ReturnType<TestPostgres['emptied']>>): Promise<void> {
  const statements: string[] = [];
  await installLogCopy(async (text) => (statements.push(text), []));
  await queryOnce(config, statements.join(';\n'));
}

/** A replica over the store on Postgres instead of a storage in memory. */
function startApi(broker: MemoryBus, faults: BusFaults, limits: TestApiOptions['limits'], { storage = (same) => same, bus = (same) => same }: Seams): Promise<TestApi> {
  const faulty = bus(faults.decorate(broker));
  const beside = { bus: faulty, storage: createRemoteStorage(faulty), encryptionKey: new Uint8Array(32) } as unknown as TestApi;
  return startTestApi({ beside, limits: { bookmarkIntervalMs: 50, ...limits }, wrap: storage, onCacheDifference: () => undefined });
}

function connectionTo(api: TestApi, name: string, { body = (lines) => lines }: Seams): ApiConnection {
  const connection = new ApiConnection(name, api.api.port, api.adminTls);
  const open = connection.open.bind(connection);
  connection.open = async (path): Promise<OpenAnswer> => {
    const answer = await open(path);
    return { ...answer, lines: body(answer.lines) };
  };
  return connection;
}

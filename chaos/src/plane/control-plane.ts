import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FaultyProcess, installLogCopy, type Random } from '@gantry/testkit';
import type { ChaosOptions } from '../options.js';
import type { Carrier } from './carrier.js';
import { makeCredentials, type ClientCredentials } from './credentials.js';
import { Database } from './database.js';
import { startCarrier } from './start-carrier.js';

const PROGRAMS = { store: programOf('store'), api: programOf('api') };
const START_MS = 120_000;
const POLL_MS = 50;

function programOf(service: string): string {
  return fileURLToPath(new URL(`../../../services/${service}/dist/main.js`, import.meta.url));
}

/** An api replica and the port that it serves. */
export interface ApiReplica {
  readonly process: FaultyProcess;
  readonly port: number;
}

/** How much history is kept: little, so that compaction runs at every beat of the leader. */
export interface History {
  readonly milliseconds: number;
  readonly revisions: number;
}

/** Postgres, stores and apis, each a process of its own. */
export class ControlPlane {
  readonly stores: FaultyProcess[] = [];
  readonly apis: ApiReplica[] = [];
  readonly history: History;
  /** Processes that ended although nobody harmed them. */
  readonly deaths: string[] = [];
  #leader: FaultyProcess | undefined;
  /** The life in which a process said that it serves. */
  readonly #serving = new Map<FaultyProcess, number>();

  private constructor(
    private readonly options: ChaosOptions,
    readonly database: Database,
    readonly carrier: Carrier,
    readonly admin: ClientCredentials,
    private readonly say: (line: string) => void,
    random: Random,
  ) {
    this.history = { milliseconds: random.pick([500, 3_000, 10_000]), revisions: random.pick([50, 500, 3_000]) };
  }

  static async start(options: ChaosOptions, folder: string, random: Random, say: (line: string) => void): Promise<ControlPlane> {
    const [database, carrier, credentials] = await Promise.all([Database.start(folder), startCarrier(options.carrier, folder, random.fork('bus')), makeCredentials(join(folder, 'keys'))]);
    const plane = new ControlPlane(options, database, carrier, credentials.admin, say, random.fork('history'));
    try {
      await plane.#startProcesses(credentials.apiEnvironment);
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** The store that said last that it leads. */
  get leader(): FaultyProcess | undefined {
    return this.#leader;
  }

  /** True when every store has come up since it was last started, so that there is one to take over. */
  get allStoresServe(): boolean {
    return this.stores.every((store) => store.isRunning && this.#serving.get(store) === store.lives);
  }

  get processes(): readonly FaultyProcess[] {
    return [...this.stores, ...this.apis.map(({ process }) => process)];
  }

  async stop(): Promise<void> {
    for (const process of this.processes) await process.kill();
    await this.carrier.stop();
    await this.database.stop();
  }

  async #startProcesses(apiEnvironment: Readonly<Record<string, string>>): Promise<void> {
    const { stores, apis } = this.options;
    for (let count = 1; count <= stores; count += 1) this.stores.push(this.#process(`store-${count}`, PROGRAMS.store, this.#storeEnvironment()));
    this.stores[0]?.start();
    await this.#untilTables();
    await this.database.withQuery(installLogCopy);
    for (const store of this.stores.slice(1)) store.start();
    for (let count = 1; count <= apis; count += 1) {
      const port = await freePort();
      const process = this.#process(`api-${count}`, PROGRAMS.api, { ...apiEnvironment, GANTRY_API_PORT: String(port), GANTRY_API_PUBLIC_ADDRESS: `127.0.0.1:${port}` });
      this.apis.push({ process, port });
      process.start();
    }
  }

  #storeEnvironment(): Readonly<Record<string, string>> {
    return { ...this.database.environment, GANTRY_STORE_HISTORY_MS: String(this.history.milliseconds), GANTRY_STORE_HISTORY_REVISIONS: String(this.history.revisions) };
  }

  /** One that ended by itself, because it waited too long for another part, is started again: an orchestrator would do that. */
  #process(name: string, program: string, environment: Readonly<Record<string, string>>): FaultyProcess {
    const process: FaultyProcess = new FaultyProcess({
      name,
      argv: [program],
      env: { ...environment, ...this.carrier.environment, GANTRY_ADMIN_PORT: '0', GANTRY_LOG_LEVEL: 'info' },
      onLine: (line) => this.#heard(process, line),
      onDied: (code, signal) => {
        // A failpoint leaves no other trace.
        if (signal !== 'SIGKILL') this.deaths.push(`${name} ended with ${code ?? signal}`);
        process.start();
      },
    });
    return process;
  }

  #heard(process: FaultyProcess, line: string): void {
    if (line.includes('"msg":"leading"')) this.#leader = process;
    if (line.includes('"msg":"the service runs"')) this.#serving.set(process, process.lives);
    this.say(`${process.name}: ${line}`);
  }

  async #untilTables(): Promise<void> {
    const end = performance.now() + START_MS;
    for (;;) {
      const [row] = await this.database.withQuery((query) => query<{ there: boolean }>(`SELECT to_regclass('gantry.log') IS NOT NULL AS there`));
      if (row?.there === true) return;
      if (performance.now() > end) throw new Error('the first store has made no tables');
      await delay(POLL_MS);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

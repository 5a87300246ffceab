import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers';
import type { PostgresConfig } from '../postgres/connection.js';

/** Milliseconds for a hook that starts a container, on a busy machine. */
export const CONTAINER_HOOK_MS = 120_000;
export const POSTGRES_IMAGE = 'postgres:17';
const POLL_MS = 50;
const PASSWORD = 'of-this-test-alone';

export interface PostgresContainerOptions {
  /** A command of the shell instead of the image's own start. */
  readonly script?: string;
  /** Files in it before it starts. */
  readonly files?: readonly { readonly target: string; readonly content: string }[];
  /** Megabytes of the file system of the data: in memory, and gone with the container's process. */
  readonly dataMegabytes?: number;
  /** Waits for no more than that it runs. */
  readonly silent?: boolean;
}

export interface PostgresContainer {
  /** Stays true over a restart of the container. */
  readonly config: PostgresConfig & { readonly host: string; readonly port: number };
  /** Reachable for other containers. */
  readonly address: string;
  /** Runs a command of the shell as root; rejects when it fails. */
  exec(command: string): Promise<string>;
  /** Runs as after a crash of the machine: nothing is told. */
  kill(): Promise<void>;
  /** Once it has ended. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The reason why there is none where the engine, or its image, is missing. */
export async function startPostgresContainer(options: PostgresContainerOptions = {}): Promise<PostgresContainer | string> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const port = await freePort();
  try {
    return wrap(await describe(options, port).start(), port);
  } catch (error) {
    return `a Postgres container cannot be started: ${(error as Error).message}`;
  }
}

function describe({ script, files = [], dataMegabytes, silent = false }: PostgresContainerOptions, port: number): GenericContainer {
  const container = new GenericContainer(POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_USER: 'gantry', POSTGRES_DB: 'gantry', POSTGRES_PASSWORD: PASSWORD })
    .withLabels({ 'io.gantry.cluster': 'test-postgres' })
    .withCopyContentToContainer(files.map((file) => ({ ...file })))
    // A port of its own choice changes with every start.
    .withExposedPorts({ container: 5432, host: port })
    .withTmpFs(dataMegabytes === undefined ? {} : { '/var/lib/postgresql/data': `rw,size=${dataMegabytes}m` })
    .withStartupTimeout(CONTAINER_HOOK_MS);
  if (script !== undefined) container.withEntrypoint(['bash', '-c']).withCommand([script]);
  if (silent) return container.withWaitStrategy(Wait.forLogMessage(/.*/));
  // Over TCP: while it makes its first database the server listens on its socket alone.
  return container.withHealthCheck({ test: ['CMD-SHELL', 'pg_isready -h 127.0.0.1 -U gantry'], interval: 250, retries: 400, timeout: 5_000 }).withWaitStrategy(Wait.forHealthCheck());
}

async function wrap(container: StartedTestContainer, port: number): Promise<PostgresContainer> {
  // The library has no verbs for a crash and a start after it.
  const engine = (await getContainerRuntimeClient()).container.getById(container.getId());
  return {
    config: { host: '127.0.0.1', port, user: 'gantry', database: 'gantry', password: PASSWORD },
    address: container.getIpAddress('bridge'),
    exec: async (command) => {
      const { exitCode, output } = await container.exec(['bash', '-c', command]);
      if (exitCode !== 0) throw new Error(`${command}: ${output}`);
      return output;
    },
    kill: async () => void (await engine.kill()),
    start: async () => {
      while ((await engine.inspect()).State.Running) await sleep(POLL_MS);
      await engine.start();
    },
    stop: async () => void (await container.stop({ timeout: 0 })),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

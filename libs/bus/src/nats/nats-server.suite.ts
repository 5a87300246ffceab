import { once } from 'node:events';
import { connect as dial, createServer, type Server, type Socket } from 'node:net';
import { connect } from '@nats-io/transport-node';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';

const IMAGE = 'nats:2.15';
const PORT = 4222;

/** A real NATS server with JetStream, in a container of its own, behind an address that stays when it is replaced. */
export interface NatsServer {
  readonly url: string;
  /** Lets nothing of an earlier test be seen. */
  clear(): Promise<void>;
  /** Breaks all connections and takes no new ones until `heal`. */
  cut(): void;
  heal(): void;
  /** A new server without anything that the old one kept. */
  replace(): Promise<void>;
  stop(): Promise<void>;
}

/** Why there is no server on this machine, in its place. `configuration`: a NATS configuration file beside the defaults. */
export async function startNatsServer(configuration?: string): Promise<NatsServer | string> {
  // The cleaner of testcontainers is an image of its own; containers are labelled and stopped here.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  try {
    return await RelayedServer.start(configuration);
  } catch (error) {
    return `a NATS server cannot be started: ${(error as Error).message}`;
  }
}

async function startContainer(configuration = ''): Promise<StartedTestContainer> {
  return new GenericContainer(IMAGE)
    .withCopyContentToContainer([{ content: configuration, target: '/etc/nats-test.conf' }])
    .withCommand(['--config', '/etc/nats-test.conf', '--jetstream', '--store_dir', '/tmp/jetstream'])
    .withExposedPorts(PORT)
    .withLabels({ 'io.gantry.cluster': 'test-nats' })
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .start();
}

class RelayedServer implements NatsServer {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private container: StartedTestContainer,
    private readonly configuration: string | undefined,
    private readonly relay: Server,
  ) {
    relay.on('connection', (socket) => this.pipe(socket));
  }

  static async start(configuration: string | undefined): Promise<RelayedServer> {
    const container = await startContainer(configuration);
    const relay = createServer().listen(0, '127.0.0.1');
    await once(relay, 'listening');
    return new RelayedServer(container, configuration, relay);
  }

  get url(): string {
    const address = this.relay.address();
    return `nats://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  async clear(): Promise<void> {
    const connection = await connect({ servers: this.url });
    await connection.request('$JS.API.STREAM.DELETE.WATCH').catch(() => undefined);
    await connection.close();
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  heal(): void {
    this.isCut = false;
  }

  async replace(): Promise<void> {
    this.cut();
    await this.container.stop({ timeout: 0 });
    this.container = await startContainer(this.configuration);
    this.heal();
  }

  async stop(): Promise<void> {
    this.cut();
    this.relay.close();
    await this.container.stop({ timeout: 0 });
  }

  private pipe(socket: Socket): void {
    if (this.isCut) return void socket.destroy();
    const server = dial(this.container.getMappedPort(PORT), '127.0.0.1');
    for (const [from, to] of [[socket, server], [server, socket]] as const) {
      this.sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}

import { randomBytes } from 'node:crypto';
import { chmod, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { silentLogger, type Logger } from '@gantry/async';
import { BusError, type Bus } from '../bus.js';
import { errorHeaders, type SocketFrame } from './frame-codec.js';
import { FrameConnection } from './frame-connection.js';
import { EVERYTHING, Permissions, type SocketIdentity } from './permissions.js';
import { ServerPeer } from './server-peer.js';

export interface SocketBusServerOptions {
  readonly bus: Bus;
  /** Path of the unix domain socket; a leftover of a dead process is replaced. */
  readonly path: string;
  /** Who presents this token; undefined refuses the connection. Unset: everybody may do everything. */
  readonly authorize?: (token: string) => SocketIdentity | undefined;
  readonly logger?: Logger;
}

export interface SocketBusServer {
  readonly path: string;
  /** Connections that have said who they are. */
  readonly connections: number;
  /** Streams that pass through and have not ended. */
  readonly streams: number;
  close(): Promise<void>;
}

const HELLO_TIMEOUT_MS = 5_000;
/** Beyond the payload: subject and headers. */
const FRAME_OVERHEAD_BYTES = 256 * 1024;

/** Extends a bus to other processes of this machine. While the bus itself is disconnected, so is every peer. */
export async function createSocketBusServer(options: SocketBusServerOptions): Promise<SocketBusServer> {
  await removeLeftover(options.path);
  const peers = new BusPeers(options);
  const server = createServer((socket) => peers.take(socket));
  await listen(server, options.path);
  await chmod(options.path, 0o600);
  return {
    path: options.path,
    get connections() {
      return peers.count;
    },
    get streams() {
      return peers.streams;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await peers.close();
      await closed;
    },
  };
}

class BusPeers {
  private readonly sockets = new Set<Socket>();
  private readonly peers = new Set<ServerPeer>();
  private readonly logger: Logger;
  private readonly connection;
  private connected = false;

  constructor(private readonly options: SocketBusServerOptions) {
    this.logger = options.logger ?? silentLogger;
    this.connection = options.bus.onConnection((connected) => {
      this.connected = connected;
      if (!connected) this.dropAll();
    });
  }

  get count(): number {
    return this.peers.size;
  }

  get streams(): number {
    let total = 0;
    for (const peer of this.peers) total += peer.openStreams;
    return total;
  }

  take(socket: Socket): void {
    if (!this.connected) return void socket.destroy();
    this.sockets.add(socket);
    let peer: ServerPeer | undefined;
    const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    const connection = new FrameConnection(socket, {
      limit: this.options.bus.maxPayload + FRAME_OVERHEAD_BYTES,
      onFrame: (frame) => {
        if (peer !== undefined) return peer.handle(frame);
        clearTimeout(timer);
        peer = this.welcome(connection, frame);
      },
      onClosed: (error) => {
        clearTimeout(timer);
        this.sockets.delete(socket);
        if (peer !== undefined) this.forget(peer, error);
      },
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
    this.dropAll();
  }

  private welcome(connection: FrameConnection, frame: SocketFrame): ServerPeer | undefined {
    const identity = this.identify(frame);
    if (identity === undefined) {
      this.logger.warn({}, 'a connection to the bus socket was refused');
      connection.send({ operation: 'error', headers: errorHeaders(new BusError('refused', 'the bus does not know this token')) });
      connection.end();
      return undefined;
    }
    const inbox = `_INBOX.${randomBytes(16).toString('hex')}`;
    const peer = new ServerPeer(this.options.bus, connection, new Permissions(identity, inbox));
    this.peers.add(peer);
    connection.send({ operation: 'welcome', number: this.options.bus.maxPayload, headers: { inbox } });
    this.logger.debug({ identity: identity.name }, 'a peer connected to the bus socket');
    return peer;
  }

  private identify(frame: SocketFrame): SocketIdentity | undefined {
    if (frame.operation !== 'hello') return undefined;
    const { authorize } = this.options;
    return authorize === undefined ? EVERYTHING : authorize(Buffer.from(frame.data).toString('utf8'));
  }

  private forget(peer: ServerPeer, error: Error | undefined): void {
    this.peers.delete(peer);
    peer.close();
    if (error !== undefined) this.logger.warn({ error: error.message }, 'a peer of the bus socket was lost');
  }

  private dropAll(): void {
    for (const socket of [...this.sockets]) socket.destroy();
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A socket file that nobody listens on is what a dead process left. */
async function removeLeftover(path: string): Promise<void> {
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (alive) throw new Error(`another process serves the bus on ${path}`);
  await unlink(path).catch(() => undefined);
}

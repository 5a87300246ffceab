import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket as Connection } from 'node:net';

export interface RelayOptions {
  /** Of this machine, on the network of the nodes. */
  readonly address: string;
  /** 53, but for tests; 0: any that is free. */
  readonly port?: number;
  /** The machine's own resolver, on a loopback address. */
  readonly resolver: string;
  readonly resolverPort?: number;
  /** How many questions, and how many connections, are under way at once: 512 when unset. Others are dropped, since pods may ask without end. */
  readonly most?: number;
  /** Milliseconds for which an answer, or the next question of a connection, is waited for: 10,000 when unset. Whoever asked asks again long before. */
  readonly patience?: number;
}

export interface ResolverRelay {
  readonly port: number;
  close(): Promise<void>;
}

const DNS = 53;
const PATIENCE = 10_000;
const MOST = 512;

/** Carries questions to a resolver that only this machine itself can ask, over UDP and TCP. Rejects where the port is taken. */
export async function startResolverRelay({ address, port = DNS, resolver, resolverPort = DNS, most = MOST, patience = PATIENCE }: RelayOptions): Promise<ResolverRelay> {
  const connections = new Set<Connection>();
  const tcp = createServer((client) => carry(client, connect({ host: resolver, port: resolverPort }), connections, patience)).listen(port, address);
  await once(tcp, 'listening');
  const taken = (tcp.address() as { port: number }).port;
  const asking = new Set<Socket>();
  tcp.maxConnections = most;
  const udp = createSocket('udp4', (question, from) => {
    // Nothing can be sent to port 0, from which pods that make their own packets can ask.
    if (asking.size < most && from.port !== 0) ask(udp, question, from, { host: resolver, port: resolverPort, patience }, asking);
  });
  try {
    udp.bind(taken, address);
    await once(udp, 'listening');
  } catch (error) {
    await closeServer(tcp, connections);
    throw error;
  }
  return {
    port: taken,
    async close() {
      for (const socket of asking) socket.close();
      asking.clear();
      await Promise.all([new Promise<void>((resolve) => udp.close(() => resolve())), closeServer(tcp, connections)]);
    },
  };
}

/** A socket for each question: answers find their way by it, whatever number the question has. */
function ask(udp: Socket, question: Buffer, from: RemoteInfo, to: { readonly host: string; readonly port: number; readonly patience: number }, asking: Set<Socket>): void {
  const socket = createSocket('udp4');
  asking.add(socket);
  const end = (): void => {
    clearTimeout(timer);
    if (asking.delete(socket)) socket.close();
  };
  const timer = setTimeout(end, to.patience);
  socket.once('message', (answer) => {
    // Who asked may be gone by now.
    udp.send(answer, from.port, from.address, () => undefined);
    end();
  });
  socket.once('error', end).once('close', () => clearTimeout(timer));
  socket.send(question, to.port, to.host, (error) => (error === null ? undefined : end()));
}

/** One that says nothing does not keep its place from others. */
function carry(client: Connection, resolver: Connection, connections: Set<Connection>, patience: number): void {
  for (const [one, other] of [[client, resolver], [resolver, client]] as const) {
    connections.add(one);
    one.setTimeout(patience, () => one.destroy()).on('error', () => undefined).once('close', () => {
      connections.delete(one);
      other.destroy();
    });
    one.pipe(other);
  }
}

async function closeServer(server: Server, connections: ReadonlySet<Connection>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const connection of connections) connection.destroy();
  await closed;
}

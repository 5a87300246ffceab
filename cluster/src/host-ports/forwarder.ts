import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Milliseconds until the next node is tried. */
const CONNECT_TIMEOUT_MS = 1500;

export interface Forwarder {
  readonly port: number;
  /** Breaks what is open. */
  close(): Promise<void>;
}

export interface ForwarderOptions {
  /** Of the loopback address; 0: any free one. */
  readonly port: number;
  /** The port there; that of the loopback address where not given. */
  readonly targetPort?: number;
  /** Asked for each connection: the addresses to try, in order. */
  readonly targets: () => readonly string[];
}

/** Carries what connects to a port of 127.0.0.1 to the same port of a node. Rejects where the port is taken. */
export async function startForwarder({ port, targetPort = port, targets }: ForwarderOptions): Promise<Forwarder> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => undefined);
    void forward(client, targets(), targetPort);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, close: () => close(server, open) };
}

async function close(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of open) socket.destroy();
  await closed;
}

async function forward(client: Socket, targets: readonly string[], port: number): Promise<void> {
  for (const host of targets) {
    const target = await dial(host, port);
    if (target === undefined) continue;
    if (client.destroyed) return void target.destroy();
    return join(client, target);
  }
  client.resetAndDestroy();
}

/** undefined: nobody answers there. */
async function dial(host: string, port: number): Promise<Socket | undefined> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    return socket;
  } catch {
    socket.on('error', () => undefined).destroy();
    return undefined;
  }
}

function join(client: Socket, target: Socket): void {
  target.on('error', () => undefined);
  client.pipe(target);
  target.pipe(client);
  client.once('close', () => target.destroy());
  target.once('close', () => client.destroy());
}

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Logger } from '@gantry/async';
import { encodeToken, joinSocket } from '@gantry/bus';
import type { Bus } from '@gantry/bus';

export interface ApiTunnelOptions {
  readonly bus: Bus;
  readonly nodeName: string;
  /** Where pods find the API: an address that the node has. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logger: Logger;
}

export interface ApiTunnel {
  readonly port: number;
  /** Breaks what is open. Idempotent. */
  stop(): Promise<void>;
}

/** Open connections of one node; what is beyond is refused. */
const MOST_CONNECTIONS = 512;
/** Of these, open connections of one pod: one that opens them without end leaves the others their way. */
const MOST_OF_ONE = 128;
const OPEN_TIMEOUT_MS = 10_000;

/**
 * A way to the API for pods: what connects here is carried over the bus, byte by byte, to an api, where its TLS ends. The node sees
 * nothing of it, and nobody need be able to dial the control plane.
 */
export async function startApiTunnel(options: ApiTunnelOptions): Promise<ApiTunnel> {
  const stopping = new AbortController();
  const open = new Map<Promise<void>, string>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const { remoteAddress = '' } = socket;
    if ([...open.values()].filter((address) => address === remoteAddress).length >= MOST_OF_ONE) return void socket.resetAndDestroy();
    const carried = carry(options, socket, stopping.signal);
    open.set(carried, remoteAddress);
    void carried.finally(() => open.delete(carried));
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, options.address, options.port);
  const stop = async (): Promise<void> => {
    stopping.abort();
    const closed = once(server, 'close');
    server.close();
    await Promise.all([closed, ...open.keys()]);
  };
  let stopped: Promise<void> | undefined;
  return { port: (server.address() as { port: number }).port, stop: () => (stopped ??= stop()) };
}

async function carry({ bus, nodeName, logger }: ApiTunnelOptions, socket: Socket, signal: AbortSignal): Promise<void> {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  try {
    const stream = await bus.openStream(`api.node.${encodeToken(nodeName)}.tunnel`, { timeoutMs: OPEN_TIMEOUT_MS, signal });
    await joinSocket(stream, socket);
  } catch (error) {
    if (!signal.aborted) logger.warn({ error: String(error) }, 'a connection of a pod to the API could not be passed on');
    socket.resetAndDestroy();
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening');
}

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Logger } from '@gantry/async';
import { joinSocket } from '@gantry/bus';
import type { Bus, StreamHandler } from '@gantry/bus';

export interface TunnelOptions {
  readonly bus: Bus;
  /** The API's own listener for HTTPS. */
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
}

export interface Tunnel {
  /** Takes no more and breaks what is open. */
  close(): Promise<void>;
}

/** Connections that one node may have open. */
const MOST_PER_NODE = 512;

/**
 * The API's end of the ways that nodes offer to their pods: each stream becomes a connection to the own listener, whose TLS and
 * identity are the pod's, not the node's.
 */
export function serveTunnel({ bus, host, port, logger }: TunnelOptions): Tunnel {
  const stopping = new AbortController();
  const open = new Map<string, number>();
  const joined = new Set<Promise<void>>();
  const handler: StreamHandler = async (stream) => {
    const count = open.get(stream.subject) ?? 0;
    if (count >= MOST_PER_NODE) throw new Error(`there are ${count} connections of this node already`);
    open.set(stream.subject, count + 1);
    try {
      const socket = await dial(host, port, stopping.signal);
      stream.accept();
      const passing = joinSocket(stream, socket).finally(() => joined.delete(passing));
      joined.add(passing);
      await passing;
    } finally {
      leave(open, stream.subject);
    }
  };
  const subscription = bus.acceptStreams('api.node.*.tunnel', handler, { queue: 'api-tunnel' });
  logger.debug({ port }, 'Connections from inside the cluster are taken from the bus');
  return {
    close: async () => {
      stopping.abort();
      await subscription.close();
      await Promise.all(joined);
    },
  };
}

async function dial(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port, allowHalfOpen: true, noDelay: true, signal });
  await once(socket, 'connect');
  return socket;
}

function leave(open: Map<string, number>, subject: string): void {
  const left = (open.get(subject) ?? 1) - 1;
  if (left > 0) open.set(subject, left);
  else open.delete(subject);
}

import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import type { WebSocket } from 'ws';

const PREFIX = 'SPDY/3.1+';
const SUFFIX = '.k8s.io';

/** What is spoken inside of a subprotocol that carries SPDY (`SPDY/3.1+portforward.k8s.io`); undefined for any other. */
export function tunnelled(subprotocol: string): string | undefined {
  return subprotocol.startsWith(PREFIX) && subprotocol.endsWith(SUFFIX) ? subprotocol.slice(PREFIX.length) : undefined;
}

/** The bytes of the messages of a WebSocket, both ways, as those of a connection. */
export function tunnelOf(socket: WebSocket): Duplex {
  return createWebSocketStream(socket);
}

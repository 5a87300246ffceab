import type { Duplex } from 'node:stream';
import { SpdySession } from './session.js';
import type { SpdyOptions } from './session.js';

export interface SpdyOffer {
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Besides those that the change of protocol needs. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Says yes to a request for SPDY/3.1. */
export function acceptSpdy({ socket, head, headers }: SpdyOffer, options: SpdyOptions): SpdySession {
  const lines = Object.entries({ connection: 'Upgrade', upgrade: 'SPDY/3.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
  return new SpdySession(socket, head, options);
}

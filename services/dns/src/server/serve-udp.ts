import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Logger } from '@gantry/async';
import type { Respond } from './respond.js';

/** Questions wait here while the thread is busy: a burst of hundreds of pods must not overflow it. */
const RECEIVE_BUFFER = 1024 * 1024;

export interface UdpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects when the address cannot be bound. */
export async function serveUdp(address: string, port: number, respond: Respond, logger: Logger): Promise<UdpServer> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER, lookup: addressItself });
  let open = true;
  // An answer that comes after the end has nowhere to go, and to send it would throw.
  socket.on('message', answering(respond, (answer, clientPort, client) => void (open && socket.send(answer, clientPort, client, ignore))));
  // With the address known at once, `bind` may be done before it returns.
  const listening = once(socket, 'listening');
  socket.bind(port, address);
  await listening.catch((error: unknown) => {
    socket.close();
    throw error;
  });
  socket.on('error', (err) => logger.warn({ err }, 'the UDP socket of the cluster DNS failed'));
  return {
    port: socket.address().port,
    close: () => {
      open = false;
      return close(socket);
    },
  };
}

/** What is done with each packet. Whoever may make packets can say that one comes from port 0, where nobody listens and to send to throws. */
export function answering(respond: Respond, send: (answer: Buffer, port: number, address: string) => void): (packet: Buffer, from: { readonly port: number; readonly address: string }) => void {
  return (packet, { port, address }) => {
    if (port !== 0) void respond(packet, 'udp', (answer) => send(answer, port, address));
  };
}

/** Clients are known by their addresses: there is nothing to look up, which would cost every answer a turn of the event loop. */
function addressItself(host: string, _options: unknown, callback: (error: null, address: string, family: number) => void): void {
  callback(null, host, isIPv6(host) ? 6 : 4);
}

/** A client that went away does not matter to anybody. */
function ignore(): void {}

function close(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

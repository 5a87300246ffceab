import { createSocket } from 'node:dgram';
import type { Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '@gantry/async';
import type { Endpoint } from '../rules/service-port.js';
import type { Picker } from './picker.js';

/** Something that listens at a frontend until it is closed, with the connections it has. */
export interface Forwarder {
  close(): Promise<void>;
}

/** How long a UDP client may be silent before its way back is given up: as the kernel keeps one that was answered. */
const UDP_SILENCE = 120_000;

/** Rejects where the address cannot be bound. */
export async function forwardTcp(picker: Picker): Promise<Forwarder> {
  const { address, port } = picker.frontend;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const endpoint = picker.pick(client.remoteAddress ?? '');
    if (endpoint === undefined) return void client.resetAndDestroy();
    const upstream = connect({ host: endpoint.address, port: endpoint.port, allowHalfOpen: true });
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      open.add(socket);
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => void (open.delete(socket), other.destroySoon()));
      socket.pipe(other);
    }
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    close: async () => {
      open.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client's way: a socket of its own to its endpoint. */
interface Way {
  readonly endpoint: Endpoint;
  readonly upstream: Datagrams;
  silence: Timer;
}

/** Rejects where the address cannot be bound. */
export async function forwardUdp(picker: Picker, clock: Clock): Promise<Forwarder> {
  const { address, port } = picker.frontend;
  const socket = createSocket('udp4');
  const ways = new Map<string, Way>();
  const drop = (client: string, way: Way) => {
    way.silence.cancel();
    if (ways.get(client) === way) ways.delete(client);
    way.upstream.close();
  };
  const open = (client: string, from: { address: string; port: number }, endpoint: Endpoint): Way => {
    const upstream = createSocket('udp4');
    const way: Way = { endpoint, upstream, silence: { cancel: () => undefined } };
    upstream.on('message', (message) => socket.send(message, from.port, from.address));
    upstream.on('error', () => undefined);
    ways.set(client, way);
    return way;
  };
  socket.on('error', () => undefined);
  socket.on('message', (message, from) => {
    // Forged: nothing can be sent back there, and to try throws.
    if (from.port === 0) return;
    const client = `${from.address}:${from.port}`;
    const present = ways.get(client);
    if (present !== undefined && !picker.serves(present.endpoint)) drop(client, present);
    const endpoint = ways.get(client)?.endpoint ?? picker.pick(from.address);
    if (endpoint === undefined) return;
    const way = ways.get(client) ?? open(client, from, endpoint);
    way.silence.cancel();
    way.silence = clock.setTimeout(() => drop(client, way), UDP_SILENCE);
    way.upstream.send(message, endpoint.port, endpoint.address);
  });
  const bound = once(socket, 'listening');
  socket.bind(port, address);
  await bound.catch((error: unknown) => {
    socket.close();
    throw error;
  });
  return {
    close: async () => {
      for (const [client, way] of ways) drop(client, way);
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

import { Server as NetServer } from 'node:net';
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { InFlight } from './in-flight.js';
import type { Upgrades } from './upgrade.js';

/** What is answered may still be on its way when a stop breaks the connections; streams that have no end of their own do not get longer. */
const FLUSH_MS = 1_000;

/** As long as this a connection of HTTP/1.1 without requests is left open in a stop, for one that is on its way. */
const QUIET_MS = 300;

/** What requests and the stop know of each other. */
export interface ServerState {
  readonly inFlight: InFlight;
  isStopping: boolean;
}

/** What is connected now. */
export interface Connections {
  readonly sockets: ReadonlySet<TLSSocket>;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
}

/** Follows the connections of a server from here on. */
export function trackConnections(server: Http2SecureServer): Connections {
  const sockets = new Set<TLSSocket>();
  const sessions = new Set<ServerHttp2Session>();
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  return { sockets, sessions };
}

/** Resolves when the sessions have sent what their clients still take, or after `patienceMs`. */
async function gone(sessions: ReadonlySet<ServerHttp2Session>, patienceMs: number): Promise<void> {
  const closed = [...sessions].map((session) => new Promise((resolve) => session.once('close', resolve)));
  const { promise: overdue, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patienceMs);
  await Promise.race([Promise.all(closed), overdue]);
  clearTimeout(timer);
}

/**
 * No new connections. Those of HTTP/2 are told to go; on the others the next answer says so, and clients that send one request after the
 * other have had it before their connection is closed: a request on its way to a closed connection fails.
 */
export async function stopServing(server: Http2SecureServer, state: ServerState, upgrades: Upgrades, { sockets, sessions }: Connections, patienceMs: number): Promise<void> {
  const { inFlight } = state;
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  state.isStopping = true;
  for (const session of sessions) session.close();
  await inFlight.settled(patienceMs);
  if (sockets.size > sessions.size) await inFlight.quiet(Math.min(patienceMs, QUIET_MS));
  inFlight.stop();
  await upgrades.stop(Math.min(patienceMs, FLUSH_MS));
  await new Promise((resolve) => setImmediate(resolve));
  await gone(sessions, Math.min(patienceMs, FLUSH_MS));
  for (const session of sessions) session.destroy();
  for (const socket of sockets) socket.destroySoon();
  // A client that does not read would keep what was written, and its connection, for ever.
  const overdue = setTimeout(() => sockets.forEach((socket) => socket.destroy()), FLUSH_MS);
  await closed;
  clearTimeout(overdue);
  // Ends what the server watches its connections with; that it does not listen any more is no news.
  server.close(() => undefined);
}

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ByteStream } from '../bus.js';

/**
 * Carries a stream's bytes to a connection and back until both directions have ended, each on its own; where one side breaks, so does the other. The connection
 * must allow half-open ones. Resolves when nothing is left of either; never rejects.
 */
export async function joinSocket(stream: ByteStream, socket: Socket): Promise<void> {
  const gone = new AbortController();
  socket.on('error', () => undefined); // `close` follows
  socket.once('close', () => gone.abort());
  if (socket.destroyed) gone.abort();
  void stream.closed.then((reason) => reason !== undefined && breakOff(socket));
  try {
    await Promise.all([toStream(stream, socket), toSocket(stream, socket, gone.signal)]);
  } catch {
    stream.cancel('the connection broke');
    breakOff(socket);
  }
  if (!gone.signal.aborted) await once(gone.signal, 'abort');
}

/** Its peer must not take what came so far for all. */
function breakOff(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}

async function toStream(stream: ByteStream, socket: Socket): Promise<void> {
  // By default a connection would be closed whole when it is read to its end.
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) await stream.write(chunk as Uint8Array);
  await stream.end();
}

async function toSocket(stream: ByteStream, socket: Socket, gone: AbortSignal): Promise<void> {
  for await (const chunk of stream.readable) {
    gone.throwIfAborted();
    if (!socket.write(chunk)) await once(socket, 'drain', { signal: gone });
  }
  socket.end();
}

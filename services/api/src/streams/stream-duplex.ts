import { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import type { ByteStream } from '@gantry/bus';

/** A stream of the bus as a connection, for clients that want one. Destroying it breaks the stream. */
export function streamDuplex(stream: ByteStream): Duplex {
  const source = stream.readable[Symbol.asyncIterator]();
  const write = callbackify((chunk: Uint8Array) => stream.write(chunk));
  const end = callbackify(() => stream.end());
  const duplex = new Duplex({
    read() {
      source.next().then(({ done, value }) => this.push(done === true ? null : value), (error: unknown) => this.destroy(error as Error));
    },
    write: (chunk: Uint8Array, _encoding, done) => write(chunk, done),
    final: (done) => end(done),
    destroy(error, done) {
      stream.cancel('the connection was given up');
      done(error);
    },
  });
  // Clients set these on connections; here the bus has them.
  return Object.assign(duplex, { setNoDelay: () => duplex, setKeepAlive: () => duplex, setTimeout: () => duplex, ref: () => duplex, unref: () => duplex });
}

import { constants, createInflate } from 'node:zlib';
import type { Inflate } from 'node:zlib';
import { DICTIONARY } from './dictionary.js';
import { SpdyError } from './frames.js';

export type SpdyHeaders = Readonly<Record<string, string>>;

/** Of one block when it is unpacked: a small one can be packed from very many. */
const MOST_BYTES = 32 * 1024;

/** Unpacks the header blocks of one direction, which are one stream of compression: each in its turn. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: DICTIONARY });
  #failure: Error | undefined;

  constructor() {
    this.#inflate.on('error', (error) => (this.#failure ??= error));
  }

  /** Names in lower case. Rejects with `SpdyError`. */
  async read(block: Uint8Array): Promise<SpdyHeaders> {
    return parsed(await this.#unpacked(block));
  }

  close(): void {
    this.#inflate.destroy();
  }

  #unpacked(block: Uint8Array): Promise<Buffer> {
    const inflate = this.#inflate;
    const chunks: Buffer[] = [];
    let size = 0;
    return new Promise((resolve, reject) => {
      const done = (error?: Error | null): void => {
        inflate.off('data', take).off('close', gone);
        if (error) reject(new SpdyError(`a header block cannot be read: ${error.message}`));
        else resolve(Buffer.concat(chunks, size));
      };
      const gone = (): void => done(this.#failure ?? new Error('it was closed'));
      const take = (chunk: Buffer): void => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > MOST_BYTES) inflate.destroy(new Error('it is too long'));
      };
      if (inflate.destroyed) return gone();
      inflate.on('data', take).on('close', gone);
      inflate.write(block, (error) => (error ? undefined : inflate.flush(constants.Z_SYNC_FLUSH, () => done())));
    });
  }
}

function parsed(bytes: Buffer): SpdyHeaders {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  let at = 0;
  const number = (): number => {
    if (at + 4 > bytes.length) throw new SpdyError('a header block is too short');
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (length > bytes.length - at) throw new SpdyError('a header block is too short');
    at += length;
    return bytes.toString('latin1', at - length, at);
  };
  for (let left = number(); left > 0; left -= 1) {
    const name = text().toLowerCase();
    headers[name] = text();
  }
  return headers;
}

/**
 * A block without headers, stored and not packed: what was packed before it makes no difference then. Behind it the mark of a flush: without it a client of Go waits
 * for more before it looks at what it has.
 */
const EMPTY_BLOCK = Buffer.from([0x00, 0x04, 0x00, 0xfb, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff]);
/** How the stream of compression begins: its kind, and which dictionary. */
const BEGINNING = Buffer.concat([Buffer.from([0x78, 0x20]), adler32(DICTIONARY)]);

/** The block of an answer that has no headers; the first of a connection has the beginning. */
export function emptyBlock(isFirst: boolean): Buffer {
  return isFirst ? Buffer.concat([BEGINNING, EMPTY_BLOCK]) : EMPTY_BLOCK;
}

function adler32(bytes: Uint8Array): Buffer {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(b * 65536 + a);
  return sum;
}

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { constants, createDeflate } from 'node:zlib';
import { DICTIONARY } from './dictionary.js';
import { controlBytes, FRAME } from './frames.js';

/** Two ends of a connection of this machine. */
export async function socketPair(): Promise<[server: Socket, client: Socket]> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  const [server] = (await once(listener, 'connection')) as [Socket];
  listener.close();
  client.on('error', () => undefined);
  return [server, client];
}

/** Packs header blocks as a client does: one stream of compression for all. */
export class HeaderWriter {
  readonly #deflate = createDeflate({ dictionary: DICTIONARY });

  async block(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer): void => void chunks.push(chunk);
    this.#deflate.on('data', take);
    await new Promise<void>((resolve) => this.#deflate.write(plain(headers), () => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve)));
    this.#deflate.off('data', take);
    return Buffer.concat(chunks);
  }
}

export function synStream(id: number, block: Uint8Array, flags = 0): Buffer {
  const body = Buffer.alloc(10 + block.length);
  body.writeUInt32BE(id);
  body.set(block, 10);
  return controlBytes(FRAME.synStream, flags, body);
}

function plain(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  return Buffer.concat([number(entries.length), ...entries.flat().flatMap((text) => [number(text.length), Buffer.from(text, 'latin1')])]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

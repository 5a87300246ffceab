import { ByteReader } from '../bytes/byte-reader.js';

export const FRAME = { synStream: 1, synReply: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7, headers: 8, windowUpdate: 9 } as const;
export const FIN = 1;
export const RST = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5 } as const;

const VERSION = 3;
const HEAD_BYTES = 8;
/** Of a control frame: what clients of Kubernetes send are a few hundred bytes. */
const MOST_CONTROL_BYTES = 64 * 1024;

/** What comes breaks the rules of SPDY/3.1: the session ends. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError';
}

export interface ControlFrame {
  readonly kind: 'control';
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** Bytes of a stream: a frame that is long comes in several of them, of which the last has the end. */
export interface DataFrame {
  readonly kind: 'data';
  readonly stream: number;
  readonly data: Buffer;
  readonly isEnd: boolean;
}

/** The frames of a connection, until it ends. Throws `SpdyError` on what is none. */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<ControlFrame | DataFrame, void, undefined> {
  const bytes = new ByteReader(source);
  for (;;) {
    const head = await bytes.exactly(HEAD_BYTES);
    if (head === undefined) return;
    const length = head.readUIntBE(5, 3);
    if ((head[0]! & 0x80) !== 0) yield await controlFrame(bytes, head, length);
    else yield* dataFrames(bytes, head, length);
  }
}

async function controlFrame(bytes: ByteReader, head: Buffer, length: number): Promise<ControlFrame> {
  const version = head.readUInt16BE(0) & 0x7fff;
  if (version !== VERSION) throw new SpdyError(`version ${version} of SPDY is not spoken`);
  if (length > MOST_CONTROL_BYTES) throw new SpdyError(`a control frame of ${length} bytes is too long`);
  const body = length === 0 ? Buffer.alloc(0) : await bytes.exactly(length);
  if (body === undefined) throw new SpdyError('the connection ended within a frame');
  return { kind: 'control', type: head.readUInt16BE(2), flags: head[4]!, body };
}

async function* dataFrames(bytes: ByteReader, head: Buffer, length: number): AsyncGenerator<DataFrame, void, undefined> {
  const stream = head.readUInt32BE(0);
  const ends = (head[4]! & FIN) !== 0;
  if (length === 0) yield { kind: 'data', stream, data: Buffer.alloc(0), isEnd: ends };
  for (let left = length; left > 0; ) {
    const data = await bytes.upTo(left);
    if (data === undefined) throw new SpdyError('the connection ended within a frame');
    left -= data.length;
    yield { kind: 'data', stream, data, isEnd: ends && left === 0 };
  }
}

export function controlBytes(type: number, flags: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + body.length);
  bytes.writeUInt16BE(0x8000 | VERSION, 0);
  bytes.writeUInt16BE(type, 2);
  bytes.writeUInt32BE(((flags << 24) | body.length) >>> 0, 4);
  bytes.set(body, HEAD_BYTES);
  return bytes;
}

/** A control frame whose body is two numbers. */
export function numbersBytes(type: number, first: number, second: number): Buffer {
  const body = Buffer.allocUnsafe(8);
  body.writeUInt32BE(first, 0);
  body.writeUInt32BE(second, 4);
  return controlBytes(type, 0, body);
}

export function dataBytes(stream: number, data: Uint8Array, isEnd: boolean): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + data.length);
  bytes.writeUInt32BE(stream, 0);
  bytes.writeUInt32BE(((isEnd ? FIN << 24 : 0) | data.length) >>> 0, 4);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

import { BusError, type BusErrorCode, type BusHeaders } from '../bus.js';

/**
 * What two ends of a bus socket say. From the client: `hello` first (its token as data), then anything but `welcome`, `message`
 * and `gap`. From the server: `welcome` (limits and inbox in the headers) or `error` 0 and the end. `request`, `cancel`,
 * `answer` and `error` go both ways; an id belongs to the side that made it.
 */
export const OPERATIONS = [
  'hello', 'welcome', 'publish', 'subscribe', 'respond', 'close', 'request', 'cancel', 'answer', 'error', 'ensure', 'watch-publish', 'last-sequence', 'purge', 'follow', 'message', 'gap',
] as const;

export type Operation = (typeof OPERATIONS)[number];

export interface SocketFrame {
  readonly operation: Operation;
  /** Of a request, a subscription or a follow. */
  readonly id: number;
  /** A sequence, a deadline in milliseconds, a subscription: as the operation says. */
  readonly number: number;
  readonly subject: string;
  readonly headers: BusHeaders;
  readonly data: Uint8Array;
}

const CODES = new Map(OPERATIONS.map((operation, code) => [operation, code]));
/** Length, operation, id, number, and the lengths of subject and headers. */
const FIXED_BYTES = 4 + 1 + 4 + 8 + 2 + 4;
const NOTHING = new Uint8Array(0);
const NO_HEADERS: BusHeaders = Object.freeze({});

export type FrameParts = Pick<SocketFrame, 'operation'> & Partial<SocketFrame>;

/** One frame as bytes of its own: nothing of what it was made from is referred to. */
export function encodeFrame({ operation, id = 0, number = 0, subject = '', headers = NO_HEADERS, data = NOTHING }: FrameParts): Buffer {
  const head = hasKeys(headers) ? JSON.stringify(headers) : '';
  const subjectBytes = Buffer.byteLength(subject);
  const headBytes = Buffer.byteLength(head);
  const frame = Buffer.allocUnsafe(FIXED_BYTES + subjectBytes + headBytes + data.byteLength);
  frame.writeUInt32BE(frame.byteLength - 4, 0);
  frame.writeUInt8(CODES.get(operation) as number, 4);
  frame.writeUInt32BE(id, 5);
  frame.writeDoubleBE(number, 9);
  frame.writeUInt16BE(subjectBytes, 17);
  frame.writeUInt32BE(headBytes, 19);
  frame.write(subject, FIXED_BYTES);
  frame.write(head, FIXED_BYTES + subjectBytes);
  frame.set(data, FIXED_BYTES + subjectBytes + headBytes);
  return frame;
}

function hasKeys(headers: BusHeaders): boolean {
  for (const _name in headers) return true;
  return false;
}

/** Reads a frame without its length. Throws a RangeError on what no `encodeFrame` wrote. */
function decodeFrame(bytes: Buffer): SocketFrame {
  const operation = OPERATIONS[bytes.readUInt8(0)];
  const subjectEnd = FIXED_BYTES - 4 + bytes.readUInt16BE(13);
  const dataStart = subjectEnd + bytes.readUInt32BE(15);
  if (operation === undefined || dataStart > bytes.byteLength) throw new RangeError('not a frame of the bus');
  const headers = dataStart === subjectEnd ? NO_HEADERS : decodeHeaders(bytes.toString('utf8', subjectEnd, dataStart));
  return {
    operation,
    id: bytes.readUInt32BE(1),
    number: bytes.readDoubleBE(5),
    subject: bytes.toString('utf8', FIXED_BYTES - 4, subjectEnd),
    headers,
    data: bytes.subarray(dataStart),
  };
}

/** Handlers rely on headers being text, and their errors are not those of the peer that sent something else. */
function decodeHeaders(text: string): BusHeaders {
  const headers = JSON.parse(text) as unknown;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) throw new RangeError('not headers of the bus');
  for (const name in headers) if (typeof (headers as Record<string, unknown>)[name] !== 'string') throw new RangeError(`the header ${name} is no text`);
  return headers as BusHeaders;
}

/** Cuts frames out of a connection's bytes; joins the pieces of a frame once. */
export class FrameReader {
  private pieces: Buffer[] = [];
  private size = 0;

  /** `limit`: bytes of the longest frame that is read. */
  constructor(private readonly limit: number) {}

  /** The frames that `chunk` completes. Throws a RangeError on a frame that is too long or malformed. */
  *push(chunk: Buffer): Generator<SocketFrame, void, undefined> {
    this.pieces.push(chunk);
    this.size += chunk.byteLength;
    for (let length = this.nextLength(); length !== undefined && this.size >= 4 + length; length = this.nextLength()) {
      const bytes = this.joined();
      this.pieces = bytes.byteLength > 4 + length ? [bytes.subarray(4 + length)] : [];
      this.size -= 4 + length;
      yield decodeFrame(bytes.subarray(4, 4 + length));
    }
  }

  private nextLength(): number | undefined {
    if (this.size < 4) return undefined;
    const first = this.pieces[0] as Buffer;
    const length = (first.byteLength >= 4 ? first : this.joined()).readUInt32BE(0);
    if (length > this.limit || length < FIXED_BYTES - 4) throw new RangeError(`a frame of ${length} bytes`);
    return length;
  }

  private joined(): Buffer {
    if (this.pieces.length > 1) this.pieces = [Buffer.concat(this.pieces)];
    return this.pieces[0] as Buffer;
  }
}

/** An error as headers of an `error` frame, and back. */
export function errorHeaders({ code, message, lastSequence }: BusError): BusHeaders {
  return lastSequence === undefined ? { code, message } : { code, message, last: String(lastSequence) };
}

export function errorFrom({ headers }: SocketFrame): BusError {
  const last = headers.last === undefined ? undefined : Number(headers.last);
  return new BusError((headers.code ?? 'handler-failed') as BusErrorCode, headers.message ?? '', last);
}

import { ByteReader } from '../bytes/byte-reader.js';

/** The channels of a remote command, numbered as Kubernetes' WebSocket protocols number them. */
export const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
const MOST = 5;

/** A frame is a byte for the channel, one for its flags, four for the length of what follows. */
const HEAD_BYTES = 6;
const END = 1;
/** Longer pieces are sent as several. */
const PIECE_BYTES = 64 * 1024;

export interface ChannelPiece {
  readonly channel: number;
  /** May be empty. */
  readonly data: Uint8Array;
  /** Nothing more comes on this channel. */
  readonly isEnd: boolean;
}

/** Several directions of bytes over one: what is written to a channel comes out of `readChannels` at the other side. */
export class ChannelWriter {
  /** `write` resolves when there is room for more. */
  constructor(private readonly write: (chunk: Uint8Array) => Promise<void>) {}

  async data(channel: number, data: Uint8Array): Promise<void> {
    for (let start = 0; start < data.length; start += PIECE_BYTES) await this.write(frame(channel, 0, data.subarray(start, start + PIECE_BYTES)));
  }

  end(channel: number): Promise<void> {
    return this.write(frame(channel, END, new Uint8Array(0)));
  }
}

function frame(channel: number, flags: number, data: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + data.length);
  bytes[0] = channel;
  bytes[1] = flags;
  bytes.writeUInt32BE(data.length, 2);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

/** The pieces in the order in which they were written. Throws a RangeError on what `ChannelWriter` cannot have written. */
export async function* readChannels(source: AsyncIterable<Uint8Array>): AsyncGenerator<ChannelPiece, void, undefined> {
  const bytes = new ByteReader(source);
  for (;;) {
    const head = await bytes.exactly(HEAD_BYTES);
    if (head === undefined) return;
    const [channel = 0, flags = 0] = head;
    const length = head.readUInt32BE(2);
    if (channel >= MOST || length > PIECE_BYTES) throw new RangeError('not a frame of a channel');
    const data = length === 0 ? new Uint8Array(0) : await bytes.exactly(length);
    if (data === undefined) throw new RangeError('the source ended within a frame');
    yield { channel, data, isEnd: (flags & END) !== 0 };
  }
}

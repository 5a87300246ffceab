import type { MessageSocket } from './message-socket.js';

/** How the messages of a WebSocket protocol name their channel. */
export interface ChannelFormat {
  /** Text in base64 behind a digit, in place of bytes behind a byte. */
  readonly isBase64: boolean;
  /** The client can end a channel of its own by a message. */
  readonly hasCloseSignal: boolean;
}

/** Kubernetes' channel protocols by the name of their subprotocol; '' where the client named none. */
export const CHANNEL_PROTOCOLS: Readonly<Record<string, ChannelFormat>> = {
  '': { isBase64: false, hasCloseSignal: false },
  'channel.k8s.io': { isBase64: false, hasCloseSignal: false },
  'base64.channel.k8s.io': { isBase64: true, hasCloseSignal: false },
  'v4.channel.k8s.io': { isBase64: false, hasCloseSignal: false },
  'v4.base64.channel.k8s.io': { isBase64: true, hasCloseSignal: false },
  'v5.channel.k8s.io': { isBase64: false, hasCloseSignal: true },
};

const CLOSE_SIGNAL = 255;
const DIGIT_ZERO = 0x30;
const PIECE_BYTES = 64 * 1024;

export interface ChannelMessage {
  readonly channel: number;
  readonly data: Uint8Array;
  /** The client says nothing more on this channel. */
  readonly isEnd: boolean;
}

/** Channels over the messages of a WebSocket. */
export class ChannelSocket {
  constructor(
    readonly socket: MessageSocket,
    private readonly format: ChannelFormat,
  ) {}

  /** What the client sends; messages that say nothing are passed over. Throws on a close signal that names no channel. */
  async *messages(): AsyncGenerator<ChannelMessage, void, undefined> {
    for await (const message of this.socket.messages()) {
      const read = this.#read(message);
      if (read !== undefined) yield read;
    }
  }

  async send(channel: number, data: Uint8Array): Promise<void> {
    if (data.length <= PIECE_BYTES) return this.socket.send(this.#written(channel, data));
    for (let start = 0; start < data.length; start += PIECE_BYTES) await this.socket.send(this.#written(channel, data.subarray(start, start + PIECE_BYTES)));
  }

  #read(message: Buffer): ChannelMessage | undefined {
    const [first] = message;
    if (first === undefined) return undefined;
    if (this.format.hasCloseSignal && first === CLOSE_SIGNAL) {
      if (message.length !== 2) throw new RangeError('a single channel byte should follow the close signal');
      return { channel: message[1]!, data: new Uint8Array(0), isEnd: true };
    }
    if (this.format.isBase64) return { channel: first - DIGIT_ZERO, data: Buffer.from(message.toString('latin1', 1), 'base64'), isEnd: false };
    return { channel: first, data: message.subarray(1), isEnd: false };
  }

  #written(channel: number, data: Uint8Array): Uint8Array | string {
    if (this.format.isBase64) return `${channel}${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')}`;
    return Buffer.concat([Buffer.of(channel), data]);
  }
}

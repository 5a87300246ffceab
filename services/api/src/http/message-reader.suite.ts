import { once } from 'node:events';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { TestApi } from '../test-api.suite.js';

export interface Message {
  readonly isText: boolean;
  readonly data: Buffer;
}

const TEXT = 1;
const CLOSE = 8;

/** Reads the messages of a WebSocket that the administrator opens. */
export class MessageReader {
  private constructor(
    private readonly socket: TLSSocket,
    /** Of the answer. */
    readonly head: string,
    private readonly chunks: AsyncIterator<Buffer>,
    private buffered: Buffer,
  ) {}

  static async open(test: TestApi, path: string, headers: readonly string[] = []): Promise<MessageReader> {
    const socket = connect({ port: test.api.port, host: '127.0.0.1', servername: 'localhost', ...test.adminTls });
    await once(socket, 'secureConnect');
    socket.on('error', () => undefined);
    const lines = [`GET ${path} HTTP/1.1`, 'host: x', 'connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', ...headers, '', ''];
    socket.write(lines.join('\r\n'));
    const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let text = Buffer.alloc(0);
    while (!text.includes('\r\n\r\n')) {
      const { value, done } = await chunks.next();
      if (done === true) break;
      text = Buffer.concat([text, value]);
    }
    const end = text.indexOf('\r\n\r\n') + 4;
    return new MessageReader(socket, text.subarray(0, end).toString(), chunks, text.subarray(end));
  }

  /** The next message; undefined when the server has closed. */
  async next(): Promise<Message | undefined> {
    const [first = CLOSE, second = 0] = await this.take(2);
    const short = second & 0x7f;
    const length = short === 126 ? (await this.take(2)).readUInt16BE() : short === 127 ? Number((await this.take(8)).readBigUInt64BE()) : short;
    const data = await this.take(length);
    const code = first & 0xf;
    return code === CLOSE ? undefined : { isText: code === TEXT, data };
  }

  close(): void {
    this.socket.destroy();
  }

  private async take(length: number): Promise<Buffer> {
    while (this.buffered.length < length) {
      const { value, done } = await this.chunks.next();
      if (done === true) return Buffer.alloc(0);
      this.buffered = Buffer.concat([this.buffered, value]);
    }
    const taken = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(length);
    return taken;
  }
}

import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Endpoint } from '../cluster-under-test.js';
import { percentile } from '../report/statistics.js';
import type { LoadResult } from './http-load.js';

/** What is asked over each connection. */
export interface RawRequest {
  /** GET where none is named. */
  readonly method?: string;
  readonly path: string;
  readonly accept?: string;
  readonly body?: Buffer;
  readonly contentType?: string;
}

/** Where the load goes; without a certificate nobody is who asks. */
type Target = Pick<Endpoint, 'port'> & Partial<Endpoint>;

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: (\d+)/i;
/** The end of an answer in chunks, which has no length. */
const LAST_CHUNK = '0\r\n\r\n';

/** One kept connection that speaks the least HTTP/1.1 there is: the load shares the cores, and what it costs is not the server's. */
class RawConnection {
  private chunks: Buffer[] = [];
  private wanted = 0;
  private received = 0;
  private status = 0;
  /** The last bytes of an answer in chunks. */
  private tail = '';
  private done: ((answer: { status: number; bytes: number }) => void) | undefined;

  private constructor(private readonly socket: TLSSocket) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
  }

  static async open({ port, ca, cert, key }: Target): Promise<RawConnection> {
    const socket = connect({ host: '127.0.0.1', port, ca, cert, key, servername: 'localhost', ALPNProtocols: ['http/1.1'] });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return new RawConnection(socket);
  }

  ask(bytes: Buffer): Promise<{ status: number; bytes: number }> {
    return new Promise((resolve) => {
      this.done = resolve;
      this.socket.write(bytes);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.received += chunk.length;
    if (this.wanted === 0) this.readHead(chunk);
    if (this.wanted === Infinity) this.tail = `${this.tail}${chunk.toString('latin1', Math.max(0, chunk.length - LAST_CHUNK.length))}`.slice(-LAST_CHUNK.length);
    if (this.wanted === 0 || (this.received < this.wanted && this.tail !== LAST_CHUNK)) return;
    const answer = { status: this.status, bytes: this.received };
    this.wanted = this.received = 0;
    this.tail = '';
    this.done?.(answer);
  }

  private readHead(chunk: Buffer): void {
    this.chunks.push(chunk);
    const head = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const end = head.indexOf(HEAD_END);
    if (end < 0) return;
    const text = head.subarray(0, end).toString('latin1');
    this.status = Number(text.slice(9, 12));
    const length = LENGTH.exec(text)?.[1];
    this.wanted = length === undefined ? Infinity : end + HEAD_END.length + Number(length);
    this.chunks = [];
  }
}

function bytesOf({ method = 'GET', path, accept = 'application/json', body, contentType = 'application/json' }: RawRequest): Buffer {
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\n`;
  if (body === undefined) return Buffer.from(`${head}\r\n`);
  return Buffer.concat([Buffer.from(`${head}Content-Type: ${contentType}\r\nContent-Length: ${String(body.length)}\r\n\r\n`), body]);
}

/** `count` requests over so many connections, each as soon as the one before it was answered. */
export async function rawTlsLoad(endpoint: Target, request: RawRequest | ((index: number) => RawRequest), connections: number, count: number): Promise<LoadResult> {
  const open = await Promise.all(Array.from({ length: connections }, () => RawConnection.open(endpoint)));
  const bytesFor = typeof request === 'function' ? (index: number) => bytesOf(request(index)) : always(bytesOf(request));
  const latencies: number[] = [];
  let [started, failures, bytes] = [0, 0, 0];
  const began = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (started < count) {
        const asked = bytesFor(started++);
        const at = performance.now();
        const answer = await connection.ask(asked);
        latencies.push(performance.now() - at);
        bytes += answer.bytes;
        if (answer.status >= 400) failures += 1;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const connection of open) connection.close();
  return { count, failures, perSecond: count / seconds, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), bytes };
}

function always(bytes: Buffer): () => Buffer {
  return () => bytes;
}

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '@gantry/async';
import { frame, FrameReader } from '../wire/frames.js';
import type { Respond } from './respond.js';

export interface TcpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Milliseconds that a connection may be silent. */
const IDLE = 10_000;

const MOST_CONNECTIONS = 256;

/** Questions of one connection that are being answered; more are not read before some are. */
const MOST_AT_ONCE = 64;

/** Rejects when the address cannot be bound. */
export async function serveTcp(address: string, port: number, respond: Respond, clock: Clock): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new Connection(socket, respond, clock).start();
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(port, address);
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, close: () => close(server, sockets) };
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}

/** Answers the questions of one client as their answers come, not in their order (RFC 7766 section 6.2.1.1). */
class Connection {
  private readonly reader = new FrameReader();
  private waiting: Buffer[] = [];
  private underWay = 0;
  private ended = false;
  private idle: Timer | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly respond: Respond,
    private readonly clock: Clock,
  ) {}

  start(): void {
    const { socket } = this;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.idle?.cancel());
    socket.on('drain', () => this.proceed());
    socket.on('end', () => {
      this.ended = true;
      this.proceed();
    });
    socket.on('data', (chunk) => {
      this.waiting.push(...this.reader.push(chunk));
      this.proceed();
    });
    this.restIdle();
  }

  /** Takes up what may be taken up now, and reads on only when nothing waits. */
  private proceed(): void {
    this.restIdle();
    this.answerWaiting();
    if (this.waiting.length > 0) this.socket.pause();
    else if (!this.ended) this.socket.resume();
    else if (this.underWay === 0) this.socket.end();
  }

  /** Thousands of empty questions fit into one chunk: taking them off the front one by one would move the rest each time. */
  private answerWaiting(): void {
    let taken = 0;
    while (taken < this.waiting.length && this.underWay < MOST_AT_ONCE && !this.socket.writableNeedDrain) this.answer(this.waiting[taken++]!);
    this.waiting = this.waiting.slice(taken);
  }

  private answer(packet: Buffer): void {
    const later = this.respond(packet, 'tcp', (answer) => void (this.socket.writable && this.socket.write(frame(answer))));
    if (later === undefined) return;
    this.underWay += 1;
    void later.finally(() => {
      this.underWay -= 1;
      this.proceed();
    });
  }

  private restIdle(): void {
    this.idle?.cancel();
    this.idle = this.socket.destroyed ? undefined : this.clock.setTimeout(() => this.socket.destroy(), IDLE);
  }
}

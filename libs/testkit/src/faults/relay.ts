import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** What a connection's bytes may still do: go on, be kept from the other side, or end the connection. */
export type Verdict = 'pass' | 'drop' | 'cut';

/** Looks at what passes one connection; made for each. */
export interface Inspector {
  fromClient?(chunk: Buffer): Verdict;
  fromServer?(chunk: Buffer): Verdict;
}

export interface RelayOptions {
  /** Where the server is, asked for each connection: it may move. */
  readonly target: () => NetConnectOpts;
  /** A path of a unix socket to listen on; absent: a free port of 127.0.0.1. */
  readonly path?: string;
  readonly inspect?: () => Inspector;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Stands between clients and a server, and does to their connections what networks do. */
export class Relay {
  readonly #pairs = new Set<Pair>();
  #refuses = false;
  #isFrozen = false;
  #delayMs = 0;

  private constructor(
    private readonly options: RelayOptions,
    private readonly listener: Server,
  ) {
    listener.on('connection', (client) => this.#take(client));
  }

  static async start(options: RelayOptions): Promise<Relay> {
    const listener = createServer({ allowHalfOpen: true });
    if (options.path === undefined) listener.listen(0, '127.0.0.1');
    else listener.listen(options.path);
    await once(listener, 'listening');
    return new Relay(options, listener);
  }

  /** Of a relay without a path. */
  get port(): number {
    const address = this.listener.address();
    if (address === null || typeof address === 'string') throw new Error('this relay listens on a path');
    return address.port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Breaks every connection; new ones are taken. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** New connections end at once, until `heal`. */
  refuse(): void {
    this.#refuses = true;
  }

  /** Nothing passes either way and nobody is told, until `heal`: a machine that vanished looks like this. */
  freeze(): void {
    this.#isFrozen = true;
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket.pause();
  }

  /** What passes from now on comes so much later, each way. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Everything passes again; what a freeze held back arrives now. */
  heal(): void {
    this.#refuses = false;
    this.#delayMs = 0;
    this.#isFrozen = false;
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket.resume();
  }

  async close(): Promise<void> {
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.cut();
    await closed;
  }

  #take(client: Socket): void {
    if (this.#refuses) return void client.on('error', () => undefined).destroy();
    const server = connect({ ...this.options.target(), allowHalfOpen: true });
    const pair = { client, server };
    const inspector = this.options.inspect?.() ?? {};
    this.#pairs.add(pair);
    this.#pump(client, server, (chunk) => inspector.fromClient?.(chunk));
    this.#pump(server, client, (chunk) => inspector.fromServer?.(chunk));
    for (const socket of [client, server]) {
      if (this.#isFrozen) socket.pause();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
  }

  #pump(from: Socket, to: Socket, inspect: (chunk: Buffer) => Verdict | undefined): void {
    const send = (deliver: () => void): void => {
      if (this.#delayMs > 0) setTimeout(deliver, this.#delayMs).unref();
      else deliver();
    };
    from.on('data', (chunk: Buffer) => {
      const verdict = inspect(chunk) ?? 'pass';
      if (verdict === 'cut') return void from.destroy();
      if (verdict === 'drop') return;
      send(() => {
        if (to.destroyed) return;
        if (to.write(chunk)) return;
        from.pause();
        to.once('drain', () => !this.#isFrozen && from.resume());
      });
    });
    from.on('end', () => send(() => to.end()));
  }
}

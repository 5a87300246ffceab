import { connect } from 'node:net';
import { Backoff, delay, onAbort, systemClock, type Clock, type Logger } from '@gantry/async';
import { BusError } from '../bus.js';
import { errorFrom, type SocketFrame } from './frame-codec.js';
import { FrameConnection } from './frame-connection.js';

/** What a new connection brought. */
export interface Welcome {
  readonly connection: FrameConnection;
  readonly maxPayload: number;
  readonly inbox: string;
}

export interface SocketLinkOptions {
  readonly path: string;
  readonly token: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly onConnected: (welcome: Welcome) => void;
  readonly onFrame: (frame: SocketFrame) => void;
  readonly onLost: () => void;
}

const BACKOFF = { initial: 50, cap: 2_000, jitter: 0.2 };
/** What the server may send is bounded by its own limit; this only keeps a foreign server from filling the memory. */
const LONGEST_FRAME_BYTES = 64 * 1024 * 1024;

/** Keeps one connection to the server, with back-off, until it is closed. */
export class SocketLink {
  private readonly stopping = new AbortController();
  private connection: FrameConnection | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: SocketLinkOptions) {}

  /** Resolves with the first connection; rejects when the server refuses it. Reconnects by itself from then on. */
  async start(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(BACKOFF);
    for (;;) {
      signal.throwIfAborted();
      try {
        this.running = this.keep(await this.connectOnce(signal));
        return;
      } catch (error) {
        if (error instanceof BusError && error.code === 'refused') throw error;
        await delay(this.clock, backoff.next(), signal);
      }
    }
  }

  async close(): Promise<void> {
    this.stopping.abort();
    this.connection?.end();
    await this.running;
  }

  private get clock(): Clock {
    return this.options.clock ?? systemClock;
  }

  private async keep(first: Connected): Promise<void> {
    const backoff = new Backoff(BACKOFF);
    let current: Connected | undefined = first;
    for (;;) {
      await current?.lost;
      if (this.stopping.signal.aborted) return;
      try {
        current = await this.connectOnce(this.stopping.signal);
        backoff.reset();
      } catch (error) {
        this.options.logger.debug({ error: (error as Error).message }, 'the bus socket cannot be reached');
        current = undefined;
        await delay(this.clock, backoff.next(), this.stopping.signal).catch(() => undefined);
      }
    }
  }

  /** Resolves when welcomed. Whoever takes the connection and says nothing is waited for no longer than until `signal` is aborted. */
  private connectOnce(signal: AbortSignal): Promise<Connected> {
    const { path, token, onFrame, onLost } = this.options;
    const lost = Promise.withResolvers<void>();
    return new Promise((resolve, reject) => {
      let welcomed = false;
      const socket = connect(path);
      const connection = new FrameConnection(socket, {
        limit: LONGEST_FRAME_BYTES,
        onFrame: (frame) => {
          if (welcomed) return onFrame(frame);
          if (frame.operation !== 'welcome') return reject(errorFrom(frame));
          welcomed = true;
          release();
          this.welcome(connection, frame);
          resolve({ lost: lost.promise });
        },
        onClosed: (error) => {
          release();
          reject(error ?? new BusError('disconnected', 'the bus socket was closed'));
          if (welcomed) onLost();
          lost.resolve();
        },
      });
      const release = onAbort(signal, (reason) => connection.destroy(reason as Error));
      socket.once('connect', () => connection.send({ operation: 'hello', data: Buffer.from(token) }));
    });
  }

  private welcome(connection: FrameConnection, { number: maxPayload, headers }: SocketFrame): void {
    this.connection = connection;
    if (this.stopping.signal.aborted) connection.end();
    else this.options.onConnected({ connection, maxPayload, inbox: headers.inbox ?? '' });
  }
}

interface Connected {
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
}

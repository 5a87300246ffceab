import { silentLogger, type Clock, type Logger } from '@gantry/async';
import {
  BusError, NotSentError, type Bus, type BusHeaders, type BusMessage, type ByteStream, type OpenStreamOptions, type RequestOptions, type Responder, type StreamHandler, type SubscribeOptions, type Subscription,
} from '../bus.js';
import { createGuard, type Guard } from '../guard.js';
import { PendingRequest } from '../pending-request.js';
import { StreamHost } from '../streams/stream-host.js';
import { isPattern, isSubject } from '../subjects.js';
import { ClientSubscriptions } from './client-subscriptions.js';
import { ClientWatch } from './client-watch.js';
import { errorFrom, type FrameParts, type SocketFrame } from './frame-codec.js';
import type { FrameConnection } from './frame-connection.js';
import { SocketLink, type Welcome } from './socket-link.js';

export interface SocketBusOptions {
  readonly path: string;
  /** Says who this process is; default ''. */
  readonly token?: string;
  /** Milliseconds to wait for the first connection; default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** Owns the waits between attempts to connect. */
  readonly clock?: Clock;
  /** Where errors thrown by subscribers' handlers go; unset: they become uncaught exceptions. */
  readonly onHandlerError?: (error: unknown) => void;
}

const CONNECT_TIMEOUT_MS = 30_000;
/** For operations of the watch stream, whose interface has no deadline. */
const WATCH_TIMEOUT_MS = 30_000;
const NOTHING = new Uint8Array(0);

type Answer = BusMessage & { readonly number: number };

/**
 * A bus served by `createSocketBusServer` in another process. Resolves when connected; rejects with `refused` for an unknown
 * token and `timeout`. Reconnects by itself: what was pending and what was streaming fails with `disconnected`, subscriptions,
 * responders, acceptors and follows come back. What is not allowed is not delivered; requests and follows say `refused`.
 */
export async function connectSocketBus(options: SocketBusOptions): Promise<Bus> {
  const bus = new SocketBus(options);
  await bus.connect(options.signal, options.timeoutMs ?? CONNECT_TIMEOUT_MS);
  return bus;
}

class SocketBus implements Bus {
  maxPayload = 0;
  readonly watch: ClientWatch;
  private readonly link: SocketLink;
  private readonly guard: Guard;
  private readonly subscriptions: ClientSubscriptions;
  private readonly streams: StreamHost;
  private readonly pending = new Map<number, PendingRequest>();
  private readonly listeners = new Set<(connected: boolean) => void>();
  private connection: FrameConnection | undefined;
  private inbox = '';
  private lastId = 0;
  private closed = false;

  constructor({ path, token = '', logger = silentLogger, clock, onHandlerError }: SocketBusOptions) {
    this.guard = createGuard(onHandlerError);
    this.subscriptions = new ClientSubscriptions(this.nextId, this.send, this.guard, () => this.maxPayload);
    this.streams = new StreamHost(this, () => this.inbox);
    this.watch = new ClientWatch({ nextId: this.nextId, send: this.send, guard: this.guard, call: (frame, id) => this.call(frame, { timeoutMs: WATCH_TIMEOUT_MS }, id) });
    this.link = new SocketLink({ path, token, logger, clock, onConnected: (welcome) => this.connected(welcome), onFrame: (frame) => this.receive(frame), onLost: () => this.lost() });
  }

  /** Once, before anything else. */
  async connect(signal: AbortSignal | undefined, timeoutMs: number): Promise<void> {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      await this.link.start(signal === undefined ? limit : AbortSignal.any([signal, limit]));
    } catch (error) {
      if (error instanceof BusError || signal?.aborted === true) throw error;
      throw new BusError('timeout', `no connection to the bus within ${timeoutMs} ms`);
    }
  }

  publish(subject: string, data: Uint8Array, headers?: BusHeaders): void {
    this.requireSendable(subject, data);
    this.send({ operation: 'publish', subject, headers, data });
  }

  subscribe(pattern: string, listen: (message: BusMessage) => void, options?: SubscribeOptions): Subscription {
    requirePattern(pattern);
    return this.subscriptions.add(pattern, { listen }, options);
  }

  respond(pattern: string, respond: Responder, options?: SubscribeOptions): Subscription {
    requirePattern(pattern);
    return this.subscriptions.add(pattern, { respond }, options);
  }

  async request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage> {
    this.requireSendable(subject, data);
    if (options.signal?.aborted === true) throw new BusError('cancelled', 'the request was cancelled');
    const answer = await this.call({ operation: 'request', number: options.timeoutMs, subject, headers: options.headers, data }, options);
    return { subject: answer.subject, headers: answer.headers, data: answer.data };
  }

  openStream(subject: string, options: OpenStreamOptions): Promise<ByteStream> {
    return this.streams.open(subject, options);
  }

  acceptStreams(pattern: string, handler: StreamHandler, options?: SubscribeOptions): Subscription {
    return this.streams.accept(pattern, handler, options);
  }

  onConnection(listener: (connected: boolean) => void): Subscription {
    this.listeners.add(listener);
    this.guard(listener, this.connection !== undefined);
    return {
      close: () => {
        this.listeners.delete(listener);
        return Promise.resolve();
      },
    };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.streams.close();
    this.lost();
    await this.link.close();
  }

  private connected({ connection, maxPayload, inbox }: Welcome): void {
    this.connection = connection;
    this.maxPayload = maxPayload;
    this.inbox = inbox;
    this.subscriptions.announceAll();
    this.watch.resumeAll();
    this.announce(true);
  }

  /** The connection is gone, or given up. */
  private lost(): void {
    if (this.connection === undefined) return;
    this.connection = undefined;
    for (const pending of [...this.pending.values()]) pending.giveUp(new BusError('disconnected', 'the connection to the bus was lost'));
    this.subscriptions.abandon();
    this.streams.breakAll('the connection to the bus was lost');
    this.announce(false);
  }

  private announce(connected: boolean): void {
    for (const listener of [...this.listeners]) this.guard(listener, connected);
  }

  private receive(frame: SocketFrame): void {
    switch (frame.operation) {
      case 'message':
        if (!this.watch.deliver(frame)) this.subscriptions.deliver(frame);
        return;
      case 'request':
        return void this.subscriptions.answer(frame);
      case 'cancel':
        return this.subscriptions.cancel(frame.id);
      case 'answer':
        return this.pending.get(frame.id)?.answer(frame as Answer);
      case 'error':
        return this.pending.get(frame.id)?.refuse(errorFrom(frame));
      case 'gap':
        return this.watch.deliverGap(frame);
      default:
    }
  }

  private async call(frame: FrameParts, options: RequestOptions, id = this.nextId()): Promise<Answer> {
    if (this.connection === undefined) throw new NotSentError('there is no connection to the bus');
    const pending = new PendingRequest(options, (_settled, gaveUp) => {
      this.pending.delete(id);
      if (gaveUp) this.send({ operation: 'cancel', id });
    });
    this.pending.set(id, pending);
    this.send({ ...frame, id });
    return (await pending.promise) as Answer;
  }

  private readonly send = (frame: FrameParts): void => {
    this.connection?.send(frame);
  };

  private readonly nextId = (): number => {
    this.lastId = (this.lastId % 0xffff_fff0) + 1;
    return this.lastId;
  };

  private requireSendable(subject: string, data: Uint8Array = NOTHING): void {
    if (data.byteLength > this.maxPayload) throw new BusError('too-large', `${data.byteLength} bytes are more than a message may have (${this.maxPayload})`);
    if (!isSubject(subject)) throw new RangeError(`not a subject: ${JSON.stringify(subject)}`);
  }
}

function requirePattern(pattern: string): void {
  if (!isPattern(pattern)) throw new RangeError(`not a subject pattern: ${JSON.stringify(pattern)}`);
}

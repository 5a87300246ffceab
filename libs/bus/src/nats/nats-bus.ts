import { randomBytes } from 'node:crypto';
import { silentLogger } from '@gantry/async';
import { errors, type Msg, type NatsConnection, type Status } from '@nats-io/transport-node';
import {
  BusError, NotSentError, type Bus, type BusHeaders, type BusMessage, type ByteStream, type OpenStreamOptions, type RequestOptions, type Responder, type StreamHandler, type SubscribeOptions, type Subscription,
} from '../bus.js';
import { createGuard, type Guard } from '../guard.js';
import { StreamHost } from '../streams/stream-host.js';
import { isPattern, isSubject } from '../subjects.js';
import { openConnection } from './connection.js';
import { decodeHeaders, encodeHeaders } from './headers.js';
import { NatsWatch } from './nats-watch.js';
import { isInbox, NATS_DEFAULTS, type NatsBusOptions } from './options.js';
import { WatchPublisher } from './publisher.js';
import { Requests } from './requests.js';
import { Responders } from './responders.js';
import type { Listen, Send } from './wire.js';

/** Bytes of a message that are kept for its headers: NATS counts them with the data. */
const HEADER_ROOM = 8 * 1024;
const NO_HEADERS: BusHeaders = Object.freeze({});

/**
 * A bus carried by NATS with JetStream. Resolves when connected; rejects with `refused` where the server does not know the client, and
 * `timeout`. Reconnects by itself: what was pending and what was streaming fails with `disconnected`; subscriptions, responders, acceptors
 * and follows come back.
 */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const inbox = `_INBOX.${options.identity}.${randomBytes(16).toString('hex')}`;
  return new NatsBus(await openConnection(options, inbox), inbox, options);
}

class NatsBus implements Bus {
  readonly maxPayload: number;
  readonly watch: NatsWatch;
  private readonly guard: Guard;
  private readonly requests: Requests;
  private readonly responders: Responders;
  private readonly publisher: WatchPublisher;
  private readonly streams: StreamHost;
  private readonly listeners = new Set<(connected: boolean) => void>();
  private connected = true;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly connection: NatsConnection,
    inbox: string,
    private readonly options: NatsBusOptions,
  ) {
    const { logger = silentLogger, clock, faults, acceptsReply = isInbox, watchLimits, onHandlerError } = options;
    this.maxPayload = (connection.info?.max_payload ?? 1024 * 1024) - HEADER_ROOM;
    this.guard = createGuard(onHandlerError);
    this.requests = new Requests(inbox, this.send, faults);
    this.publisher = new WatchPublisher(inbox, this.send, faults);
    this.responders = new Responders({ listen: this.listen, send: this.send, acceptsReply });
    this.streams = new StreamHost(this, () => inbox);
    const limits = { ...NATS_DEFAULTS.watchLimits, ...watchLimits };
    this.watch = new NatsWatch({ bus: { request: this.ask }, publisher: this.publisher, send: this.send, listen: this.listen, guard: this.guard, logger, clock, limits, inbox: `${inbox}.follow` });
    this.listen(`${inbox}.reply.*`, undefined, (message) => this.requests.receive(message));
    this.listen(`${inbox}.ack.*`, undefined, (message) => this.publisher.receive(message));
    void this.followStatus(logger);
  }

  publish(subject: string, data: Uint8Array, headers?: BusHeaders): void {
    requireSubject(subject);
    this.requireSize(data);
    if (!this.connected) return;
    const { faults } = this.options;
    const send = (): void => this.send(subject, data, headers);
    if (faults?.active === true) faults.apply('send', { subject, data, headers: headers ?? NO_HEADERS }, send);
    else send();
  }

  subscribe(pattern: string, listen: (message: BusMessage) => void, { queue }: SubscribeOptions = {}): Subscription {
    requirePattern(pattern);
    let closed = false;
    const deliver = (message: BusMessage): void => {
      if (!closed) this.guard(listen, message);
    };
    const subscription = this.listen(pattern, queue, (message) => {
      if (!isCarriersOwn(pattern, message.subject)) this.deliver(message, deliver);
    });
    return {
      close: () => {
        closed = true;
        return subscription.close();
      },
    };
  }

  respond(pattern: string, respond: Responder, { queue }: SubscribeOptions = {}): Subscription {
    requirePattern(pattern);
    return this.responders.respond(pattern, respond, queue);
  }

  async request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage> {
    requireSubject(subject);
    this.requireSize(data);
    return this.ask(subject, data, options);
  }

  openStream(subject: string, options: OpenStreamOptions): Promise<ByteStream> {
    return this.streams.open(subject, options);
  }

  acceptStreams(pattern: string, handler: StreamHandler, options?: SubscribeOptions): Subscription {
    return this.streams.accept(pattern, handler, options);
  }

  onConnection(listener: (connected: boolean) => void): Subscription {
    this.listeners.add(listener);
    this.guard(listener, this.connected);
    return {
      close: () => {
        this.listeners.delete(listener);
        return Promise.resolve();
      },
    };
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  /** What was published last still leaves, where there is a server to take it. */
  private async end(): Promise<void> {
    await this.watch.close();
    const wasConnected = this.connected;
    this.lost('the bus is closed');
    if (wasConnected) await this.connection.drain().catch(() => this.connection.close());
    else await this.connection.close();
  }

  /** Without a look at the subject: the server's own, which name what is followed, have wildcards in them. */
  private readonly ask: Bus['request'] = async (subject, data, options) => {
    this.requireConnected();
    if (options.signal?.aborted === true) throw new BusError('cancelled', 'the request was cancelled');
    return this.requests.request(subject, data, options);
  };

  private readonly send: Send = (subject, data, headers = NO_HEADERS, own, reply) => {
    this.requireSize(data);
    if (!this.connected) throw new BusError('disconnected', 'there is no connection to NATS');
    // The client keeps what it was given until the end of the turn.
    this.connection.publish(subject, Buffer.from(data), { reply, headers: encodeHeaders(headers, own) });
  };

  private readonly listen: Listen = (pattern, queue, handle) => {
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) this.handle(message, handle);
      else this.options.logger?.error({ error: String(error), pattern }, 'the NATS server refuses a subscription');
    };
    const subscription = this.connection.subscribe(pattern, { queue, callback });
    return {
      close: async () => {
        if (subscription.isClosed()) return;
        if (this.connected) await subscription.drain().catch(() => undefined);
        else subscription.unsubscribe();
      },
    };
  };

  /** Thrown in the client's reading loop, an error would end the whole connection: a single message of a stranger could do that. */
  private handle(message: Msg, handle: (message: Msg) => void): void {
    try {
      handle(message);
    } catch (error) {
      this.options.logger?.warn({ error: String(error), subject: message.subject }, 'a message that cannot be read was dropped');
    }
  }

  private deliver(message: Msg, deliver: (message: BusMessage) => void): void {
    const received = { subject: message.subject, headers: decodeHeaders(message), data: message.data };
    const { faults } = this.options;
    if (faults?.active === true) faults.apply('delivery', received, () => deliver(received));
    else deliver(received);
  }

  private async followStatus(logger: NonNullable<NatsBusOptions['logger']>): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        logger.warn({}, 'the connection to NATS was lost');
        this.lost('the connection to NATS was lost');
      }
      if (status.type === 'reconnect') this.regained();
      if (status.type === 'error') this.refused(status, logger);
    }
  }

  /** The server does not carry what this identity may not publish; it says so apart from the message. */
  private refused({ error }: Extract<Status, { type: 'error' }>, logger: NonNullable<NatsBusOptions['logger']>): void {
    logger.warn({ error: error.message }, 'the NATS server refuses something');
    if (error instanceof errors.PermissionViolationError && error.operation === 'publish') this.requests.refuse(error.subject);
  }

  private lost(why: string): void {
    if (!this.connected) return;
    this.requests.failAll(why);
    this.publisher.failAll(why);
    this.connected = false;
    this.responders.abandon();
    this.streams.breakAll(why);
    this.announce();
  }

  private regained(): void {
    if (this.closed !== undefined) return;
    this.connected = true;
    this.watch.resumeAll();
    this.announce();
  }

  private announce(): void {
    for (const listener of [...this.listeners]) this.guard(listener, this.connected);
  }

  private requireConnected(): void {
    if (!this.connected) throw new NotSentError('there is no connection to NATS');
  }

  private requireSize(data: Uint8Array): void {
    if (data.byteLength > this.maxPayload) throw new BusError('too-large', `${data.byteLength} bytes are more than a message may have (${this.maxPayload})`);
  }
}

/** Traffic of the server and of this carrier, which a leading wildcard matches too. */
function isCarriersOwn(pattern: string, subject: string): boolean {
  return /^[*>]/.test(pattern) && /^(?:\$|_INBOX\.|_CANCEL\.)/.test(subject);
}

function requireSubject(subject: string): void {
  if (!isSubject(subject)) throw new RangeError(`not a subject: ${JSON.stringify(subject)}`);
}

function requirePattern(pattern: string): void {
  if (!isPattern(pattern)) throw new RangeError(`not a subject pattern: ${JSON.stringify(pattern)}`);
}

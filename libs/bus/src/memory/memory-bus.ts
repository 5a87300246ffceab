import { randomBytes } from 'node:crypto';
import {
  BusError, NotSentError, type Bus, type BusHeaders, type BusMessage, type ByteStream, type OpenStreamOptions, type Reply, type RequestOptions, type Responder, type StreamHandler, type SubscribeOptions,
  type Subscription, type WatchStream,
} from '../bus.js';
import { SubjectRouter } from '../router.js';
import { StreamHost } from '../streams/stream-host.js';
import { isPattern, isSubject } from '../subjects.js';
import { MessageDelivery, RequestDelivery } from './deliveries.js';
import { DeliveryQueue } from './delivery-queue.js';
import { FaultPlan } from './faults.js';
import { createGuard, type Guard } from '../guard.js';
import { MemoryWatch } from './memory-watch.js';
import { PendingRequest } from '../pending-request.js';
import { closing, createSubscriber, QueueTurns, type Subscriber } from './subscriber.js';
import { WatchLog, type WatchLogLimits } from './watch-log.js';

export interface MemoryBusOptions {
  /** Largest `data` of one message in bytes; default 1 MiB, as NATS'. */
  readonly maxPayload?: number;
  readonly faults?: FaultPlan;
  /** What the watch stream keeps at most; default 20,000 messages and 16 MiB. */
  readonly watchLimits?: Partial<WatchLogLimits>;
  /** Where errors thrown by subscribers' handlers go; unset: they become uncaught exceptions. */
  readonly onHandlerError?: (error: unknown) => void;
}

export const DEFAULT_MAX_PAYLOAD = 1024 * 1024;
const DEFAULT_WATCH_LIMITS: WatchLogLimits = { messages: 20_000, bytes: 16 * 1024 * 1024 };
const NO_HEADERS: BusHeaders = Object.freeze({});

export interface MemoryBus extends Bus {
  readonly faults: FaultPlan;
}

/**
 * A bus inside one process. Bytes and headers are copied once when they are sent, so the sender may reuse its buffer at once;
 * receivers share the copy and must not write to it. Everything is delivered asynchronously, in one order.
 */
export function createMemoryBus(options: MemoryBusOptions = {}): MemoryBus {
  return new InMemoryBus(options);
}

class InMemoryBus implements MemoryBus {
  readonly maxPayload: number;
  readonly faults: FaultPlan;
  readonly watch: WatchStream;
  private readonly queue = new DeliveryQueue();
  private readonly router = new SubjectRouter<Subscriber>();
  private readonly turns = new QueueTurns();
  private readonly pending = new Set<PendingRequest>();
  private readonly connectionListeners = new Set<(connected: boolean) => void>();
  private readonly guard: Guard;
  private readonly streams: StreamHost;
  private readonly endCutNotice: () => void;
  private closed = false;

  constructor({ maxPayload = DEFAULT_MAX_PAYLOAD, faults = new FaultPlan(), watchLimits, onHandlerError }: MemoryBusOptions) {
    this.maxPayload = maxPayload;
    this.faults = faults;
    this.guard = createGuard(onHandlerError);
    const inbox = `_INBOX.${randomBytes(16).toString('hex')}`;
    this.streams = new StreamHost(this, () => inbox);
    this.watch = this.createWatch({ ...DEFAULT_WATCH_LIMITS, ...watchLimits });
    this.endCutNotice = faults.onCut((cut) => this.onCut(cut));
  }

  publish(subject: string, data: Uint8Array, headers?: BusHeaders): void {
    const message = this.createMessage(subject, data, headers);
    if (this.closed || this.faults.isCut) return;
    if (this.faults.active) this.faults.apply('send', message, () => this.routeWithFaults(message));
    else this.route(message);
  }

  subscribe(pattern: string, listen: (message: BusMessage) => void, options: SubscribeOptions = {}): Subscription {
    return this.addSubscriber(pattern, createSubscriber({ listen }, options.queue));
  }

  respond(pattern: string, respond: Responder, options: SubscribeOptions = {}): Subscription {
    return this.addSubscriber(pattern, createSubscriber({ respond }, options.queue));
  }

  async request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage> {
    this.requireConnected();
    if (options.signal?.aborted === true) throw new BusError('cancelled', 'the request was cancelled');
    const message = this.createMessage(subject, data, options.headers);
    const targets = this.turns.choose(this.router.match(subject));
    if (targets.length === 0) throw new BusError('no-responders', `nobody answers on ${subject}`);
    const pending = new PendingRequest(options, (settled) => this.pending.delete(settled));
    this.pending.add(pending);
    const send = (): void => this.queue.push(new RequestDelivery(message, targets, this.guard, pending, this.answer));
    if (this.faults.active) this.faults.apply('send', message, send);
    else send();
    return pending.promise;
  }

  openStream(subject: string, options: OpenStreamOptions): Promise<ByteStream> {
    return this.streams.open(subject, options);
  }

  acceptStreams(pattern: string, handler: StreamHandler, options?: SubscribeOptions): Subscription {
    return this.streams.accept(pattern, handler, options);
  }

  onConnection(listener: (connected: boolean) => void): Subscription {
    this.connectionListeners.add(listener);
    this.guard(listener, !this.closed && !this.faults.isCut);
    return {
      close: () => {
        this.connectionListeners.delete(listener);
        return Promise.resolve();
      },
    };
  }

  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    this.endCutNotice();
    this.disconnect('the bus is closed');
    this.streams.close();
    return Promise.resolve();
  }

  private onCut(cut: boolean): void {
    if (cut) this.disconnect('the bus is cut');
    else this.announce(true);
  }

  private disconnect(why: string): void {
    for (const pending of [...this.pending]) pending.giveUp(new BusError('disconnected', why));
    this.streams.breakAll(why);
    this.announce(false);
  }

  private announce(connected: boolean): void {
    for (const listener of [...this.connectionListeners]) this.guard(listener, connected);
  }

  private addSubscriber(pattern: string, subscriber: Subscriber): Subscription {
    if (!isPattern(pattern)) throw new RangeError(`not a subject pattern: ${JSON.stringify(pattern)}`);
    return closing(subscriber, this.router.add(pattern, subscriber));
  }

  private route(message: BusMessage): void {
    const targets = this.turns.choose(this.router.match(message.subject));
    if (targets.length > 0) this.queue.push(new MessageDelivery(message, targets, this.guard));
  }

  private routeWithFaults(message: BusMessage): void {
    this.faults.apply('delivery', message, () => this.route(message));
  }

  private readonly answer = (request: BusMessage, reply: Reply, pending: PendingRequest): void => {
    if (this.closed || this.faults.isCut) return;
    const message = this.createMessage(request.subject, reply.data, reply.headers);
    if (this.faults.active) this.faults.apply('reply', request, () => pending.answer(message));
    else pending.answer(message);
  };

  private createMessage(subject: string, data: Uint8Array, headers: BusHeaders | undefined, copy = copyInPool): BusMessage {
    if (data.byteLength > this.maxPayload) throw new BusError('too-large', `${data.byteLength} bytes are more than a message may have (${this.maxPayload})`);
    if (!isSubject(subject)) throw new RangeError(`not a subject: ${JSON.stringify(subject)}`);
    return { subject, headers: headers === undefined ? NO_HEADERS : { ...headers }, data: copy(data) };
  }

  private requireConnected(): void {
    if (this.closed) throw new NotSentError('the bus is closed');
    if (this.faults.isCut) throw new NotSentError('the bus is cut');
  }

  private createWatch(limits: WatchLogLimits): WatchStream {
    return new MemoryWatch(new WatchLog(limits, this.guard), {
      queue: this.queue,
      message: (subject, data, headers) => {
        this.requireConnected();
        return this.createMessage(subject, data, headers, copyApart);
      },
      deliver: (message) => (this.faults.active ? this.routeWithFaults(message) : this.route(message)),
      applyFault: (at, message, deliver) => this.applyWatchFault(at, message, deliver),
      requireConnected: () => this.requireConnected(),
    });
  }

  /** True when the fault let the message through, or may yet do so. */
  private applyWatchFault(at: 'send' | 'reply', message: BusMessage, deliver: () => void): boolean {
    if (!this.faults.active) {
      deliver();
      return true;
    }
    return this.faults.apply(at, message, deliver) !== 'dropped';
  }
}

/** For what is soon over. */
function copyInPool(data: Uint8Array): Buffer {
  return Buffer.from(data);
}

/** For what is kept long: a slice of a shared pool would keep the whole pool, which is full of what is over in a moment. */
function copyApart(data: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(data.byteLength);
  copy.set(data);
  return copy;
}

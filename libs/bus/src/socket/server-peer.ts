import { BusError, type Bus, type BusMessage, type Reply, type Subscription } from '../bus.js';
import { responderError, ResponderLostError } from '../pending-request.js';
import { errorFrom, errorHeaders, type SocketFrame } from './frame-codec.js';
import type { FrameConnection } from './frame-connection.js';
import { PeerFollow } from './peer-follow.js';
import type { Permissions } from './permissions.js';
import { streamInbox, StreamPairs, type StreamPair } from './stream-pairs.js';

/** Unsent bytes above which a peer that only listens is cut off; streams and follows keep below this by themselves. */
const SLOW_PEER_BYTES = 64 * 1024 * 1024;

interface WaitingAnswer {
  readonly stream: StreamPair | undefined;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: BusError) => void;
}

/** The server's side of one connection that has said who it is. */
export class ServerPeer {
  private readonly subscriptions = new Map<number, Subscription>();
  private readonly follows = new Map<number, PeerFollow>();
  /** Requests of the peer that are under way. */
  private readonly requests = new Map<number, AbortController>();
  /** Requests to the peer that it has not answered. */
  private readonly waiting = new Map<number, WaitingAnswer>();
  private readonly streams = new StreamPairs();
  private nextRequest = 0;

  constructor(
    private readonly bus: Bus,
    private readonly connection: FrameConnection,
    private readonly permissions: Permissions,
  ) {}

  /** Streams between this peer and others that have not ended. */
  get openStreams(): number {
    return this.streams.size;
  }

  handle(frame: SocketFrame): void {
    switch (frame.operation) {
      case 'publish':
        return this.publish(frame);
      case 'subscribe':
        return this.subscribe(frame);
      case 'respond':
        return this.respond(frame);
      case 'close':
        return this.closeSubscription(frame.id);
      case 'request':
        return void this.request(frame);
      case 'cancel':
        return this.requests.get(frame.id)?.abort();
      case 'answer':
      case 'error':
        return this.takeAnswer(frame);
      default:
        return void this.watchCall(frame);
    }
  }

  /** The connection is gone: everything that it had is given up. */
  close(): void {
    for (const subscription of this.subscriptions.values()) void subscription.close();
    for (const follow of this.follows.values()) follow.close();
    for (const controller of this.requests.values()) controller.abort();
    for (const { reject } of this.waiting.values()) reject(new ResponderLostError());
    this.streams.breakAll((subject, data, headers) => this.bus.publish(subject, data, headers));
  }

  private publish({ subject, headers, data }: SocketFrame): void {
    if (!this.permissions.mayPublish(subject)) return;
    this.streams.sawFromNear(subject, headers);
    this.bus.publish(subject, data, headers);
  }

  private subscribe({ id, subject, headers }: SocketFrame): void {
    if (!this.permissions.maySubscribe(subject)) return;
    const deliver = (message: BusMessage): void => {
      this.streams.sawFromFar(message.subject, message.headers);
      this.sendOrCut({ operation: 'message', id, ...message });
    };
    this.subscriptions.set(id, this.bus.subscribe(subject, deliver, { queue: headers.queue }));
  }

  private respond({ id, subject, headers }: SocketFrame): void {
    if (!this.permissions.maySubscribe(subject)) return;
    this.subscriptions.set(id, this.bus.respond(subject, (message, signal) => this.ask(id, message, signal), { queue: headers.queue }));
  }

  private closeSubscription(id: number): void {
    void this.subscriptions.get(id)?.close();
    this.subscriptions.delete(id);
    this.follows.get(id)?.close();
    this.follows.delete(id);
  }

  private async request({ id, number: timeoutMs, subject, headers, data }: SocketFrame): Promise<void> {
    const controller = new AbortController();
    this.requests.set(id, controller);
    let stream: StreamPair | undefined;
    try {
      this.requirePublish(subject);
      this.requireOwnInbox(streamInbox(headers));
      stream = this.streams.opening('near', streamInbox(headers));
      const answer = await this.bus.request(subject, data, { headers, timeoutMs, signal: controller.signal });
      this.streams.answered(stream, 'far', streamInbox(answer.headers));
      this.connection.send({ operation: 'answer', id, subject: answer.subject, headers: answer.headers, data: answer.data });
    } catch (error) {
      this.streams.answered(stream, 'far', undefined);
      this.sendError(id, error);
    } finally {
      this.requests.delete(id);
    }
  }

  /** Passes a request on to the peer; `subscription` is the peer's own id for its responder. */
  private ask(subscription: number, request: BusMessage, signal: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.nextRequest = (this.nextRequest + 1) % 0xffffffff;
      const id = this.nextRequest;
      const stream = this.streams.opening('far', streamInbox(request.headers));
      this.waiting.set(id, { stream, resolve, reject });
      signal.addEventListener('abort', () => {
        if (!this.waiting.delete(id)) return;
        this.streams.answered(stream, 'near', undefined);
        this.connection.send({ operation: 'cancel', id });
        reject(new BusError('cancelled', 'the request was cancelled'));
      });
      this.sendOrCut({ operation: 'request', id, number: subscription, ...request });
    });
  }

  private takeAnswer(frame: SocketFrame): void {
    const waiting = this.waiting.get(frame.id);
    this.waiting.delete(frame.id);
    if (waiting === undefined) return;
    const inbox = streamInbox(frame.headers);
    const foreign = inbox !== undefined && !this.permissions.ownsInbox(inbox);
    this.streams.answered(waiting.stream, 'near', foreign ? undefined : inbox);
    if (frame.operation === 'error') return waiting.reject(errorFrom(frame));
    if (foreign) return waiting.reject(new BusError('refused', 'an inbox of somebody else'));
    waiting.resolve({ headers: frame.headers, data: frame.data });
  }

  private async watchCall(frame: SocketFrame): Promise<void> {
    try {
      const result = await this.callWatch(frame);
      this.connection.send({ operation: 'answer', id: frame.id, number: result ?? 0 });
    } catch (error) {
      this.sendError(frame.id, error);
    }
  }

  private async callWatch({ operation, id, number, subject, headers, data }: SocketFrame): Promise<number | void> {
    const { watch } = this.bus;
    switch (operation) {
      case 'ensure':
        return this.requirePublish('watch.>'), watch.ensure(number);
      case 'purge':
        return this.requirePublish('watch.>'), watch.purgeTo(number);
      case 'watch-publish':
        return this.requirePublish(subject), watch.publish(subject, data, headers, number);
      case 'last-sequence':
        if (!this.permissions.mayReadSequence()) throw new BusError('refused', 'not allowed to read the sequence');
        return watch.lastSequence();
      case 'follow':
        return this.follow(id, number, headers.subjects?.split(' '), headers.resumed !== undefined);
      default:
        throw new BusError('refused', `${operation} is not for the server`);
    }
  }

  private async follow(id: number, from: number, subjects: readonly string[] | undefined, resumed: boolean): Promise<void> {
    for (const subject of subjects ?? ['watch.>']) {
      if (!this.permissions.maySubscribe(subject)) throw new BusError('refused', `not allowed to follow ${subject}`);
    }
    const follow = new PeerFollow(this.bus, this.connection, id, subjects, from);
    this.follows.set(id, follow);
    await follow.start(resumed);
  }

  private requirePublish(subject: string): void {
    if (!this.permissions.mayPublish(subject)) throw new BusError('refused', `not allowed to publish on ${subject}`);
  }

  private requireOwnInbox(inbox: string | undefined): void {
    if (inbox !== undefined && !this.permissions.ownsInbox(inbox)) throw new BusError('refused', 'an inbox of somebody else');
  }

  private sendError(id: number, error: unknown): void {
    this.connection.send({ operation: 'error', id, headers: errorHeaders(error instanceof BusError ? error : responderError(error)) });
  }

  private sendOrCut(frame: Parameters<FrameConnection['send']>[0]): void {
    if (this.connection.buffered > SLOW_PEER_BYTES) this.connection.destroy(new Error('the peer does not read'));
    else this.connection.send(frame);
  }
}

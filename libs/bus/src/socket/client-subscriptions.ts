import { BusError, type BusMessage, type Reply, type Responder, type SubscribeOptions, type Subscription } from '../bus.js';
import type { Guard } from '../guard.js';
import { responderError } from '../pending-request.js';
import { errorHeaders, type FrameParts, type SocketFrame } from './frame-codec.js';

interface ClientSubscription {
  readonly pattern: string;
  readonly queue: string | undefined;
  readonly listen?: (message: BusMessage) => void;
  readonly respond?: Responder;
  running: number;
  readonly idle: (() => void)[];
}

/** What a client listens and answers to; said again on every new connection. */
export class ClientSubscriptions {
  private readonly byId = new Map<number, ClientSubscription>();
  /** Requests of the server being answered, by its ids; of the present connection only. */
  private answering = new Map<number, AbortController>();

  constructor(
    private readonly nextId: () => number,
    private readonly send: (frame: FrameParts) => void,
    private readonly guard: Guard,
    private readonly maxPayload: () => number,
  ) {}

  add(pattern: string, handler: Pick<ClientSubscription, 'listen' | 'respond'>, { queue }: SubscribeOptions = {}): Subscription {
    const id = this.nextId();
    const subscription: ClientSubscription = { pattern, queue, ...handler, running: 0, idle: [] };
    this.byId.set(id, subscription);
    this.announce(id, subscription);
    return { close: () => this.close(id, subscription) };
  }

  announceAll(): void {
    for (const [id, subscription] of this.byId) this.announce(id, subscription);
  }

  /** The connection is gone: nobody waits for the answers any more. */
  abandon(): void {
    const answering = this.answering;
    this.answering = new Map();
    for (const controller of answering.values()) controller.abort();
  }

  deliver({ id, subject, headers, data }: SocketFrame): void {
    const listen = this.byId.get(id)?.listen;
    if (listen !== undefined) this.guard(listen, { subject, headers, data });
  }

  cancel(id: number): void {
    this.answering.get(id)?.abort();
  }

  async answer({ id, number: subscriptionId, subject, headers, data }: SocketFrame): Promise<void> {
    const subscription = this.byId.get(subscriptionId);
    if (subscription?.respond === undefined) return this.sendError(id, new BusError('no-responders', `nobody answers on ${subject}`));
    const controller = new AbortController();
    const answering = this.answering;
    answering.set(id, controller);
    subscription.running += 1;
    try {
      const reply = await subscription.respond({ subject, headers, data }, controller.signal);
      if (answering === this.answering) this.sendReply(id, reply);
    } catch (error) {
      if (answering === this.answering) this.sendError(id, responderError(error));
    } finally {
      answering.delete(id);
      subscription.running -= 1;
      if (subscription.running === 0) for (const resolve of subscription.idle.splice(0)) resolve();
    }
  }

  private announce(id: number, { pattern, queue, respond }: ClientSubscription): void {
    this.send({ operation: respond === undefined ? 'subscribe' : 'respond', id, subject: pattern, headers: queue === undefined ? {} : { queue } });
  }

  private close(id: number, subscription: ClientSubscription): Promise<void> {
    if (this.byId.delete(id)) this.send({ operation: 'close', id });
    if (subscription.running === 0) return Promise.resolve();
    return new Promise((resolve) => subscription.idle.push(resolve));
  }

  private sendReply(id: number, { headers, data }: Reply): void {
    if (data.byteLength > this.maxPayload()) throw new BusError('too-large', `an answer of ${data.byteLength} bytes`);
    this.send({ operation: 'answer', id, headers, data });
  }

  private sendError(id: number, error: BusError): void {
    this.send({ operation: 'error', id, headers: errorHeaders(error) });
  }
}

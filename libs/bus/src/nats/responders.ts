import type { Msg } from '@nats-io/transport-node';
import type { Reply, Responder, Subscription } from '../bus.js';
import { createSubscriber, finishRun, type Subscriber } from '../memory/subscriber.js';
import { responderError } from '../pending-request.js';
import { decodeHeaders, ERROR, REQUEST_ID, TIMEOUT } from './headers.js';
import { cancelSubject, type Listen, type Send } from './wire.js';

/** Milliseconds for a request that names no deadline of its own: one that did not come from this carrier. */
const LONGEST_MS = 30_000;

export interface RespondersPort {
  readonly listen: Listen;
  readonly send: Send;
  readonly acceptsReply: (subject: string, reply: string) => boolean;
}

/** The answering side. */
export class Responders {
  private readonly running = new Map<string, AbortController>();

  constructor(private readonly port: RespondersPort) {}

  respond(pattern: string, respond: Responder, queue: string | undefined): Subscription {
    const subscriber = createSubscriber({ respond }, queue);
    const requests = this.port.listen(pattern, queue, (message) => void this.answer(subscriber, message));
    // A queue would give the news to one member, not to the one that works.
    const cancels = this.port.listen(cancelSubject(pattern), undefined, (message) => this.cancel(message));
    return {
      close: async () => {
        await requests.close();
        if (subscriber.running > 0) await new Promise<void>((resolve) => subscriber.idle.push(resolve));
        await cancels.close();
      },
    };
  }

  /** The connection is gone: no answer can be given any more. */
  abandon(): void {
    for (const controller of this.running.values()) controller.abort();
  }

  private cancel(message: Msg): void {
    this.running.get(message.headers?.get(REQUEST_ID) ?? '')?.abort();
  }

  private async answer(subscriber: Subscriber, message: Msg): Promise<void> {
    const reply = message.reply ?? '';
    if (!this.port.acceptsReply(message.subject, reply)) return;
    const id = message.headers?.get(REQUEST_ID) ?? '';
    const controller = new AbortController();
    const deadline = setTimeout(() => controller.abort(), Number(message.headers?.get(TIMEOUT) ?? 0) || LONGEST_MS);
    controller.signal.addEventListener('abort', () => clearTimeout(deadline), { once: true });
    this.running.set(id, controller);
    subscriber.running += 1;
    try {
      await this.run(subscriber, message, reply, controller.signal);
    } finally {
      clearTimeout(deadline);
      this.running.delete(id);
      finishRun(subscriber);
    }
  }

  private async run(subscriber: Subscriber, message: Msg, reply: string, signal: AbortSignal): Promise<void> {
    try {
      const request = { subject: message.subject, headers: decodeHeaders(message), data: message.data };
      const answer = (await subscriber.respond?.(request, signal)) as Reply;
      this.port.send(reply, answer.data, answer.headers);
    } catch (error) {
      this.refuse(reply, error);
    }
  }

  private refuse(reply: string, error: unknown): void {
    const { code, message } = responderError(error);
    try {
      this.port.send(reply, Buffer.from(message), undefined, { [ERROR]: code });
    } catch {
      // The connection is gone, and with it the requester's hope.
    }
  }
}

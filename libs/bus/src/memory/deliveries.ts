import { BusError, type BusMessage, type Reply } from '../bus.js';
import type { Delivery } from './delivery-queue.js';
import type { Guard } from '../guard.js';
import { responderError, type PendingRequest } from '../pending-request.js';
import { finishRun, type Subscriber } from './subscriber.js';

/** A published message on its way to who listened when it was sent. */
export class MessageDelivery implements Delivery {
  constructor(
    private readonly message: BusMessage,
    private readonly targets: readonly Subscriber[],
    private readonly guard: Guard,
  ) {}

  deliver(): void {
    for (const target of this.targets) {
      if (!target.closed && target.listen !== undefined) this.guard(target.listen, this.message);
    }
  }
}

/** A request on its way; `answer` makes the reply a message within the carrier's limits, or throws. */
export class RequestDelivery implements Delivery {
  constructor(
    private readonly message: BusMessage,
    private readonly targets: readonly Subscriber[],
    private readonly guard: Guard,
    private readonly pending: PendingRequest,
    private readonly answer: (request: BusMessage, reply: Reply, pending: PendingRequest) => void,
  ) {}

  deliver(): void {
    let reached = false;
    for (const target of this.targets) {
      if (target.closed) continue;
      reached = true;
      if (target.listen !== undefined) this.guard(target.listen, this.message);
      else this.respond(target);
    }
    if (!reached) this.pending.refuse(new BusError('no-responders', `nobody answers on ${this.message.subject}`));
  }

  private respond(target: Subscriber): void {
    target.running += 1;
    try {
      const reply = target.respond?.(this.message, this.pending.controller.signal) as Promise<Reply> | Reply;
      if (!(reply instanceof Promise)) return this.finish(target, reply);
      reply.then(
        (value) => this.finish(target, value),
        (error: unknown) => this.fail(target, error),
      );
    } catch (error) {
      this.fail(target, error);
    }
  }

  private finish(target: Subscriber, reply: Reply): void {
    try {
      this.answer(this.message, reply, this.pending);
      finishRun(target);
    } catch (error) {
      this.fail(target, error);
    }
  }

  private fail(target: Subscriber, error: unknown): void {
    this.pending.refuse(responderError(error));
    finishRun(target);
  }
}

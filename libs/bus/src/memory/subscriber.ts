import type { BusMessage, Responder, Subscription } from '../bus.js';

/** One subscription: it either listens or answers. */
export interface Subscriber {
  readonly queue: string | undefined;
  readonly listen?: (message: BusMessage) => void;
  readonly respond?: Responder;
  closed: boolean;
  /** Answers being worked on. */
  running: number;
  /** Called when `running` falls to 0. */
  readonly idle: (() => void)[];
}

export function createSubscriber(handler: Pick<Subscriber, 'listen' | 'respond'>, queue: string | undefined): Subscriber {
  return { ...handler, queue, closed: false, running: 0, idle: [] };
}

export function closing(subscriber: Subscriber, remove: () => void): Subscription {
  return {
    close() {
      subscriber.closed = true;
      remove();
      if (subscriber.running === 0) return Promise.resolve();
      return new Promise((resolve) => subscriber.idle.push(resolve));
    },
  };
}

export function finishRun(subscriber: Subscriber): void {
  subscriber.running -= 1;
  if (subscriber.running === 0) for (const resolve of subscriber.idle.splice(0)) resolve();
}

/** Gives each queue's message to one of its members, in turn. */
export class QueueTurns {
  private readonly turns = new Map<string, number>();

  choose(matching: Subscriber[]): Subscriber[] {
    if (!matching.some((subscriber) => subscriber.queue !== undefined)) return matching;
    const chosen: Subscriber[] = [];
    const queues = new Map<string, Subscriber[]>();
    for (const subscriber of matching) {
      if (subscriber.queue === undefined) chosen.push(subscriber);
      else queues.set(subscriber.queue, [...(queues.get(subscriber.queue) ?? []), subscriber]);
    }
    for (const [queue, members] of queues) chosen.push(this.next(queue, members));
    return chosen;
  }

  private next(queue: string, members: readonly Subscriber[]): Subscriber {
    const turn = this.turns.get(queue) ?? 0;
    this.turns.set(queue, (turn + 1) % 1_000_000_007);
    return members[turn % members.length] as Subscriber;
  }
}

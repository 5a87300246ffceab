import { BusError, subjectMatcher, type Bus, type BusMessage, type WatchStream } from '@gantry/bus';
import type { Random } from '../random.js';

/** How often what happens to messages of some subjects: probabilities from 0 to 1. */
export interface FaultRates {
  readonly subjects: string;
  readonly drop?: number;
  readonly duplicate?: number;
  /** Swapped with the next one. */
  readonly reorder?: number;
  /** Comes up to `delayMs` later. */
  readonly delay?: number;
  readonly delayMs?: number;
}

type Deliver<M> = (message: M) => void;

/**
 * A bus whose messages are lost, doubled, swapped and late, as `rates` says at the time. Strikes what is published, what subscribers and followers are shown, and
 * requests and their answers (which are lost or late, never doubled: no carrier repeats them).
 */
export class BusFaults {
  rates: readonly FaultRates[] = [];
  /** How many messages were struck. */
  struck = 0;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #matchers = new Map<string, (subject: string) => boolean>();

  constructor(private readonly random: Random) {}

  /** Nothing strikes any more, and nothing is late. */
  stop(): void {
    this.rates = [];
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  decorate(bus: Bus): Bus {
    const replaced: Pick<Bus, 'publish' | 'subscribe' | 'request' | 'watch'> = {
      publish: (subject, data, headers = {}) => this.#strike({ subject, data: Buffer.from(data), headers }, (message) => bus.publish(message.subject, message.data, message.headers)),
      subscribe: (pattern, handler, options) => bus.subscribe(pattern, this.#striking(handler), options),
      request: (...args) => this.#request(args, () => bus.request(...args)),
      watch: this.#decorateWatch(bus.watch),
    };
    return new Proxy(bus, {
      get: (target, name) => {
        const value: unknown = Reflect.get(name in replaced ? replaced : target, name);
        return typeof value === 'function' && !(name in replaced) ? value.bind(target) : value;
      },
    });
  }

  #decorateWatch(watch: WatchStream): WatchStream {
    return {
      ensure: (next) => watch.ensure(next),
      lastSequence: () => watch.lastSequence(),
      purgeTo: (next) => watch.purgeTo(next),
      publish: (subject, data, headers, sequence) => this.#request([subject], () => watch.publish(subject, data, headers, sequence)),
      follow: (options) => watch.follow({ ...options, onMessage: this.#striking(options.onMessage) }),
    };
  }

  /** A handler of its own, with a place for the message that waits for the next one. */
  #striking<M extends BusMessage>(deliver: Deliver<M>): Deliver<M> {
    let held: M | undefined;
    return (message) => {
      const before = held;
      held = undefined;
      if (before === undefined && this.#happens('reorder', message.subject)) {
        held = message;
        return;
      }
      this.#strike(message, deliver);
      if (before !== undefined) deliver(before);
    };
  }

  #strike<M extends BusMessage>(message: M, deliver: Deliver<M>): void {
    if (this.#happens('drop', message.subject)) return;
    const times = this.#happens('duplicate', message.subject) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      if (this.#happens('delay', message.subject)) this.#later(message.subject, () => deliver(message));
      else deliver(message);
    }
  }

  async #request<T>([subject]: readonly [string, ...unknown[]], send: () => Promise<T>): Promise<T> {
    if (this.#happens('drop', subject)) throw new BusError('timeout', 'lost on its way, by a fault');
    if (this.#happens('delay', subject)) await new Promise<void>((resolve) => this.#later(subject, resolve));
    const answer = await send();
    if (this.#happens('drop', subject)) throw new BusError('timeout', 'the answer was lost, by a fault');
    return answer;
  }

  #later(subject: string, act: () => void): void {
    const longest = this.#ratesOf(subject)?.delayMs ?? 0;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, this.random.below(longest + 1));
    this.#timers.add(timer);
  }

  #happens(fault: 'drop' | 'duplicate' | 'reorder' | 'delay', subject: string): boolean {
    if (this.rates.length === 0) return false;
    const rate = this.#ratesOf(subject)?.[fault] ?? 0;
    if (rate === 0 || !this.random.chance(rate)) return false;
    this.struck += 1;
    return true;
  }

  #ratesOf(subject: string): FaultRates | undefined {
    return this.rates.find(({ subjects }) => this.#matches(subjects, subject));
  }

  #matches(pattern: string, subject: string): boolean {
    let matches = this.#matchers.get(pattern);
    if (matches === undefined) this.#matchers.set(pattern, (matches = subjectMatcher(pattern)));
    return matches(subject);
  }
}

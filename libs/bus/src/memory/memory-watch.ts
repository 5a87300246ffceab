import { BusError, type BusHeaders, type FollowOptions, type SequencedMessage, type Subscription, type WatchStream } from '../bus.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { WatchLog } from './watch-log.js';

/** What the memory bus lends its watch stream. */
export interface WatchPort {
  readonly queue: DeliveryQueue;
  /** Checks subject, size and connection, and copies; throws a BusError. */
  message(subject: string, data: Uint8Array, headers: BusHeaders): { subject: string; data: Uint8Array; headers: BusHeaders };
  /** Hands a message to the plain subscribers of `watch.>`. */
  deliver(message: SequencedMessage): void;
  applyFault(at: 'send' | 'reply', message: SequencedMessage, deliver: () => void): boolean;
  /** Throws `disconnected` when the bus is closed or cut. */
  requireConnected(): void;
}

/** The watch stream of the memory carrier: like NATS, subscribers get a message even where the stream refuses it. */
export class MemoryWatch implements WatchStream {
  private advancing = false;

  constructor(
    private readonly log: WatchLog,
    private readonly port: WatchPort,
  ) {}

  ensure(nextSequence: number): Promise<void> {
    return this.inOrder(() => this.log.ensure(nextSequence));
  }

  lastSequence(): Promise<number> {
    return this.inOrder(() => this.log.lastSequence());
  }

  purgeTo(nextSequence: number): Promise<void> {
    return this.inOrder(() => this.log.purgeTo(nextSequence));
  }

  publish(subject: string, data: Uint8Array, headers: BusHeaders, sequence: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const message: SequencedMessage = { ...this.port.message(subject, data, headers), sequence };
      const arrive = (): void => this.port.queue.push({ deliver: () => this.capture(message, resolve, reject) });
      const arrived = this.port.applyFault('send', message, arrive);
      if (!arrived) reject(new BusError('timeout', 'the watch stream did not acknowledge the message'));
    });
  }

  async follow(options: FollowOptions): Promise<Subscription> {
    const follower = await this.inOrder(() => this.log.follow(options));
    return {
      close: () => {
        this.log.unfollow(follower);
        return Promise.resolve();
      },
    };
  }

  private capture(message: SequencedMessage, resolve: () => void, reject: (error: unknown) => void): void {
    this.port.deliver(message);
    try {
      this.log.append(message);
    } catch (error) {
      return reject(error);
    }
    this.advance();
    const acknowledged = this.port.applyFault('reply', message, resolve);
    if (!acknowledged) reject(new BusError('timeout', 'the watch stream did not acknowledge the message'));
  }

  /** Runs an operation in the bus's one order, then lets followers see what it changed. */
  private inOrder<T>(operation: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.port.requireConnected();
      const deliver = (): void => {
        try {
          resolve(operation());
        } catch (error) {
          reject(error as Error);
        }
        this.advance();
      };
      this.port.queue.push({ deliver });
    });
  }

  private advance(): void {
    if (this.advancing) return;
    this.advancing = true;
    this.port.queue.push({ deliver: this.step });
  }

  private readonly step = (): void => {
    this.advancing = false;
    if (this.log.advance()) this.advance();
  };
}

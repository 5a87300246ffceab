import type { Clock, Logger } from '@gantry/async';
import type { Bus, BusHeaders, FollowOptions, Subscription, WatchStream } from '../bus.js';
import type { Guard } from '../guard.js';
import { Follower } from './follower.js';
import { busErrorOf, JetStreamError, jetStreamCall, STREAM_EXISTS, type StreamInfo } from './jetstream.js';
import type { WatchStreamLimits } from './options.js';
import type { WatchPublisher } from './publisher.js';
import type { Listen, Send } from './wire.js';

export interface NatsWatchPort {
  readonly bus: Pick<Bus, 'request'>;
  readonly publisher: WatchPublisher;
  readonly send: Send;
  readonly listen: Listen;
  readonly guard: Guard;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Below it each follower has its own. */
  readonly inbox: string;
  readonly limits: WatchStreamLimits;
}

const STREAM = 'WATCH';
const SUBJECTS = 'watch.>';

/** The watch stream in JetStream: in the server's memory, since nothing depends on its keeping anything. */
export class NatsWatch implements WatchStream {
  private readonly followers = new Set<Follower>();
  private lastFollower = 0;

  constructor(private readonly port: NatsWatchPort) {}

  async ensure(nextSequence: number): Promise<void> {
    try {
      await this.call(`STREAM.CREATE.${STREAM}`, this.config(nextSequence));
    } catch (error) {
      if (!(error instanceof JetStreamError && error.failure.err_code === STREAM_EXISTS)) throw busErrorOf(error);
    }
  }

  publish(subject: string, data: Uint8Array, headers: BusHeaders, sequence: number): Promise<void> {
    return this.port.publisher.publish(subject, data, headers, sequence);
  }

  async lastSequence(): Promise<number> {
    return (await this.state()).last_seq;
  }

  /** Purging goes forward only: for a smaller sequence the stream is made anew. */
  async purgeTo(nextSequence: number): Promise<void> {
    try {
      if ((await this.state()).last_seq < nextSequence) await this.call(`STREAM.PURGE.${STREAM}`, { seq: nextSequence });
      if ((await this.state()).last_seq === nextSequence - 1) return;
      await this.call(`STREAM.DELETE.${STREAM}`, undefined);
      await this.call(`STREAM.CREATE.${STREAM}`, this.config(nextSequence));
    } catch (error) {
      throw busErrorOf(error);
    }
  }

  async follow(options: FollowOptions): Promise<Subscription> {
    this.lastFollower += 1;
    const follower = new Follower(options, { ...this.port, stream: STREAM, inbox: `${this.port.inbox}.${this.lastFollower}` });
    this.followers.add(follower);
    try {
      await follower.start();
    } catch (error) {
      this.followers.delete(follower);
      await follower.close();
      throw error;
    }
    return {
      close: () => {
        this.followers.delete(follower);
        return follower.close();
      },
    };
  }

  /** After the connection was lost and is back. */
  resumeAll(): void {
    for (const follower of this.followers) void follower.restart();
  }

  async close(): Promise<void> {
    await Promise.all([...this.followers].map((follower) => follower.close()));
    this.followers.clear();
  }

  private async state(): Promise<StreamInfo['state']> {
    try {
      return (await this.call<StreamInfo>(`STREAM.INFO.${STREAM}`, undefined)).state;
    } catch (error) {
      throw busErrorOf(error);
    }
  }

  private call<T>(operation: string, body: object | undefined): Promise<T> {
    return jetStreamCall<T>(this.port.bus, operation, body);
  }

  private config(nextSequence: number): object {
    const { messages, bytes } = this.port.limits;
    return { name: STREAM, subjects: [SUBJECTS], retention: 'limits', storage: 'memory', discard: 'old', max_msgs: messages, max_bytes: bytes, num_replicas: 1, first_seq: nextSequence, max_consumers: -1, max_age: 0, max_msg_size: -1, duplicate_window: 0 };
  }
}

import type { BusHeaders, BusMessage, FollowOptions, Subscription, WatchStream } from '../bus.js';
import type { Guard } from '../guard.js';
import type { FrameParts, SocketFrame } from './frame-codec.js';

interface ClientFollow {
  readonly options: FollowOptions;
  /** The next sequence that was not shown yet. */
  cursor: number;
}

export interface ClientWatchPort {
  nextId(): number;
  send(frame: FrameParts): void;
  /** Sends under a new id and resolves with the answer. */
  call(frame: FrameParts, id?: number): Promise<BusMessage & { readonly number: number }>;
  readonly guard: Guard;
}

/** The watch stream at the far end of a socket. Follows go on after a reconnection where they stopped, or say the gap. */
export class ClientWatch implements WatchStream {
  private readonly follows = new Map<number, ClientFollow>();

  constructor(private readonly port: ClientWatchPort) {}

  async ensure(nextSequence: number): Promise<void> {
    await this.port.call({ operation: 'ensure', number: nextSequence });
  }

  async publish(subject: string, data: Uint8Array, headers: BusHeaders, sequence: number): Promise<void> {
    await this.port.call({ operation: 'watch-publish', number: sequence, subject, headers, data });
  }

  async lastSequence(): Promise<number> {
    return (await this.port.call({ operation: 'last-sequence' })).number;
  }

  async purgeTo(nextSequence: number): Promise<void> {
    await this.port.call({ operation: 'purge', number: nextSequence });
  }

  async follow(options: FollowOptions): Promise<Subscription> {
    const id = this.port.nextId();
    this.follows.set(id, { options, cursor: options.fromSequence });
    try {
      await this.port.call(followFrame(id, options, options.fromSequence, false), id);
    } catch (error) {
      this.follows.delete(id);
      throw error;
    }
    return {
      close: () => {
        if (this.follows.delete(id)) this.port.send({ operation: 'close', id });
        return Promise.resolve();
      },
    };
  }

  /** On a new connection. */
  resumeAll(): void {
    for (const [id, { options, cursor }] of this.follows) this.port.send(followFrame(id, options, cursor, true));
  }

  /** True when the message was one of a follow. */
  deliver({ id, number: sequence, subject, headers, data }: SocketFrame): boolean {
    const follow = this.follows.get(id);
    if (follow === undefined) return false;
    follow.cursor = sequence + 1;
    this.port.guard(follow.options.onMessage, { sequence, subject, headers, data });
    return true;
  }

  deliverGap({ id, number: next, headers }: SocketFrame): void {
    const follow = this.follows.get(id);
    if (follow === undefined) return;
    follow.cursor = next;
    if (follow.options.onGap !== undefined) this.port.guard(follow.options.onGap, { expected: Number(headers.expected), next });
  }
}

function followFrame(id: number, { subjects }: FollowOptions, from: number, resumed: boolean): FrameParts {
  const headers: Record<string, string> = {};
  if (subjects !== undefined) headers.subjects = subjects.join(' ');
  if (resumed) headers.resumed = '1';
  return { operation: 'follow', id, number: from, headers };
}

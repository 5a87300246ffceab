import type { Bus, SequencedMessage, Subscription } from '../bus.js';
import type { FrameConnection } from './frame-connection.js';

/** Unsent bytes above which a follow waits for the peer, and lets the stream forget what it must. */
export const FOLLOW_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * A follow on behalf of a peer. A peer that does not read costs a bounded buffer: the follow stops at it and begins again where it
 * stopped when the peer has taken everything; what the stream no longer has by then is a gap.
 */
export class PeerFollow {
  private current: Subscription | undefined;
  private generation = 0;
  private closed = false;

  constructor(
    private readonly bus: Bus,
    private readonly connection: FrameConnection,
    private readonly id: number,
    private readonly subjects: readonly string[] | undefined,
    private cursor: number,
  ) {}

  /** `resumed`: the peer had been shown messages up to the cursor, so a stream that ends before it has started over. */
  async start(resumed: boolean): Promise<void> {
    if (resumed) await this.checkIncarnation();
    await this.follow();
  }

  close(): void {
    this.closed = true;
    this.generation += 1;
    void this.current?.close();
  }

  private async checkIncarnation(): Promise<void> {
    const last = await this.bus.watch.lastSequence().catch(() => undefined);
    if (last !== undefined && this.cursor > last + 1) this.skip({ expected: this.cursor, next: last + 1 });
  }

  private async follow(): Promise<void> {
    if (this.closed) return;
    this.generation += 1;
    const generation = this.generation;
    const subscription = await this.bus.watch.follow({
      subjects: this.subjects,
      fromSequence: this.cursor,
      onMessage: (message) => generation === this.generation && this.forward(message),
      onGap: (gap) => generation === this.generation && this.skip(gap),
    });
    if (generation === this.generation) this.current = subscription;
    else void subscription.close();
  }

  private forward({ sequence, subject, headers, data }: SequencedMessage): void {
    if (this.connection.buffered > FOLLOW_BUFFER_BYTES) {
      this.cursor = sequence;
      return this.pause();
    }
    this.cursor = sequence + 1;
    this.connection.send({ operation: 'message', id: this.id, number: sequence, subject, headers, data });
  }

  private skip({ expected, next }: { expected: number; next: number }): void {
    this.cursor = next;
    this.connection.send({ operation: 'gap', id: this.id, number: next, headers: { expected: String(expected) } });
  }

  private pause(): void {
    this.generation += 1;
    void this.current?.close();
    this.current = undefined;
    this.connection.onDrained(() => {
      if (this.connection.open) void this.follow().catch((error: Error) => this.connection.destroy(error));
    });
  }
}

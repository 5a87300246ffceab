import { BusError, type FollowOptions, type SequencedMessage } from '../bus.js';
import { subjectMatcher } from '../subjects.js';
import type { Guard } from '../guard.js';

export interface WatchLogLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** Messages that one follower gets before the others get theirs. */
const FOLLOW_BATCH = 128;

export interface Follower {
  /** The next sequence that this follower has not been shown. */
  cursor: number;
  readonly matches: (subject: string) => boolean;
  readonly options: FollowOptions;
  closed: boolean;
}

/**
 * The kept tail of the watch stream: dense sequences, bounded by count and bytes, oldest dropped first. Followers are
 * cursors into it, so a slow one costs no memory: what it did not read in time is a gap.
 */
export class WatchLog {
  private kept: (SequencedMessage | undefined)[] = [];
  /** Index in `kept` of the oldest message that still counts. */
  private head = 0;
  private bytes = 0;
  /** Sequence of the next message; undefined: the stream does not exist. */
  private next: number | undefined;
  private readonly followers = new Set<Follower>();

  constructor(
    private readonly limits: WatchLogLimits,
    private readonly guard: Guard,
  ) {}

  ensure(nextSequence: number): void {
    this.next ??= nextSequence;
  }

  /** Throws `no-responders` while the stream does not exist. */
  lastSequence(): number {
    if (this.next === undefined) throw new BusError('no-responders', 'the watch stream does not exist');
    return this.next - 1;
  }

  /** Throws `wrong-sequence` unless the message is the next one. */
  append(message: SequencedMessage): void {
    const last = this.lastSequence();
    if (message.sequence !== last + 1) throw new BusError('wrong-sequence', `the last sequence is ${last}, not ${message.sequence - 1}`, last);
    this.kept.push(message);
    this.bytes += sizeOf(message);
    this.next = message.sequence + 1;
    this.evict();
  }

  purgeTo(nextSequence: number): void {
    const backwards = this.next !== undefined && nextSequence < this.next;
    this.kept = [];
    this.head = 0;
    this.bytes = 0;
    this.next = nextSequence;
    for (const follower of [...this.followers]) {
      if (follower.cursor < nextSequence || (backwards && follower.cursor > nextSequence)) this.skip(follower, nextSequence);
    }
  }

  follow(options: FollowOptions): Follower {
    const follower: Follower = { cursor: options.fromSequence, matches: anyOf(options.subjects), options, closed: false };
    this.followers.add(follower);
    return follower;
  }

  unfollow(follower: Follower): void {
    follower.closed = true;
    this.followers.delete(follower);
  }

  /** Shows every follower what it has not seen, a batch at most; true when some follower has more to see. */
  advance(): boolean {
    if (this.next === undefined) return false;
    let more = false;
    for (const follower of this.followers) more = this.advanceOne(follower, this.next) || more;
    return more;
  }

  private advanceOne(follower: Follower, next: number): boolean {
    const first = next - (this.kept.length - this.head);
    if (follower.cursor < first) this.skip(follower, first);
    const end = Math.min(next, follower.cursor + FOLLOW_BATCH);
    while (follower.cursor < end && !follower.closed) {
      const index = this.kept.length - (next - follower.cursor);
      const message = this.kept[index] as SequencedMessage;
      follower.cursor += 1;
      if (follower.matches(message.subject)) this.guard(follower.options.onMessage, message);
    }
    return !follower.closed && follower.cursor < next;
  }

  private skip(follower: Follower, next: number): void {
    const expected = follower.cursor;
    follower.cursor = next;
    if (follower.options.onGap !== undefined) this.guard(follower.options.onGap, { expected, next });
  }

  private evict(): void {
    while (this.kept.length - this.head > this.limits.messages || this.bytes > this.limits.bytes) {
      this.bytes -= sizeOf(this.kept[this.head] as SequencedMessage);
      // What it holds is let go at once, its place later with many others.
      this.kept[this.head] = undefined;
      this.head += 1;
    }
    if (this.head > 1024 && this.head > this.kept.length / 2) {
      this.kept = this.kept.slice(this.head);
      this.head = 0;
    }
  }
}

/** Approximate bytes that a kept message holds. */
function sizeOf(message: SequencedMessage): number {
  return message.data.byteLength + message.subject.length + 512;
}

/** Every message is shown to every follower, of which most have one pattern. */
function anyOf(patterns: FollowOptions['subjects']): (subject: string) => boolean {
  const matchers = patterns?.map(subjectMatcher);
  if (matchers === undefined) return () => true;
  return matchers.length === 1 ? matchers[0]! : (subject) => matchers.some((match) => match(subject));
}

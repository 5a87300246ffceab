import type { BusHeaders } from '../bus.js';
import { frameHeaders, parseFrame, STREAM_INBOX_HEADER } from '../streams/frames.js';

/** A stream between an inbox of the connection (near) and another; one of them is unknown until it is accepted. */
export interface StreamPair {
  near?: string;
  far?: string;
  nearEnded: boolean;
  farEnded: boolean;
}

/**
 * The open streams of one connection, seen in passing: when the connection is lost the far sides are told, instead of finding
 * out by silence. Known from the opening on, because frames may overtake the acceptance.
 */
export class StreamPairs {
  private readonly byNear = new Map<string, StreamPair>();
  private readonly byFar = new Map<string, StreamPair>();

  /** A stream is being opened by one side; undefined where the request is not one for a stream. */
  opening(opener: 'near' | 'far', inbox: string | undefined): StreamPair | undefined {
    if (inbox === undefined) return undefined;
    const pair: StreamPair = { nearEnded: false, farEnded: false };
    this.name(pair, opener, inbox);
    return pair;
  }

  /** The other side accepted, or (without an inbox) did not. */
  answered(pair: StreamPair | undefined, acceptor: 'near' | 'far', inbox: string | undefined): void {
    if (pair === undefined) return;
    if (inbox === undefined || (pair.nearEnded && pair.farEnded)) this.forget(pair);
    else if (this.holds(pair)) this.name(pair, acceptor, inbox);
  }

  /** A message from the connection to a subject. */
  sawFromNear(subject: string, headers: BusHeaders): void {
    const pair = this.byFar.get(subject);
    if (pair !== undefined) this.note(pair, 'nearEnded', headers);
  }

  /** A message to the connection on one of its subjects. */
  sawFromFar(subject: string, headers: BusHeaders): void {
    const pair = this.byNear.get(subject);
    if (pair !== undefined) this.note(pair, 'farEnded', headers);
  }

  /** Tells every far side; `publish` reaches them. */
  breakAll(publish: (subject: string, data: Uint8Array, headers: BusHeaders) => void): void {
    const reason = Buffer.from('the connection of the other side was lost');
    for (const far of this.byFar.keys()) publish(far, reason, frameHeaders('cancel', 0, 0));
    this.byNear.clear();
    this.byFar.clear();
  }

  get size(): number {
    return new Set([...this.byNear.values(), ...this.byFar.values()]).size;
  }

  private name(pair: StreamPair, side: 'near' | 'far', inbox: string): void {
    pair[side] = inbox;
    (side === 'near' ? this.byNear : this.byFar).set(inbox, pair);
  }

  private holds({ near, far }: StreamPair): boolean {
    return (near !== undefined && this.byNear.has(near)) || (far !== undefined && this.byFar.has(far));
  }

  private note(pair: StreamPair, side: 'nearEnded' | 'farEnded', headers: BusHeaders): void {
    const kind = parseFrame({ subject: '', headers, data: new Uint8Array(0) })?.kind;
    if (kind === 'end') pair[side] = true;
    if (kind === 'cancel' || (pair.nearEnded && pair.farEnded)) this.forget(pair);
  }

  private forget({ near, far }: StreamPair): void {
    if (near !== undefined) this.byNear.delete(near);
    if (far !== undefined) this.byFar.delete(far);
  }
}

/** The inbox that an opening or its answer names. */
export function streamInbox(headers: BusHeaders): string | undefined {
  return headers[STREAM_INBOX_HEADER];
}

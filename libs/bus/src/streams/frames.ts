import type { BusHeaders, BusMessage } from '../bus.js';

/** Bytes in one message of a stream. */
export const CHUNK_BYTES = 256 * 1024;
/** Bytes that a sender may have under way before the receiver has taken any. */
export const WINDOW_BYTES = 1024 * 1024;

/** Header of the opening request and its answer: the subject on which that side takes frames. */
export const STREAM_INBOX_HEADER = 'gantry-stream';
const FRAME_HEADER = 'gantry-frame';

/**
 * `data` carries bytes, `end` half-closes, `credit` says in `value` how many bytes the other side may have sent in all,
 * `cancel` breaks the stream with the data as its reason, `alive` only shows that this side is there.
 */
export type FrameKind = 'data' | 'end' | 'credit' | 'cancel' | 'alive';

export interface Frame {
  readonly kind: FrameKind;
  /** Position among the `data` and `end` frames of its direction; of other kinds: how many of those were sent before it. */
  readonly sequence: number;
  readonly value: number;
  readonly data: Uint8Array;
}

const LETTERS: Readonly<Record<FrameKind, string>> = { data: 'd', end: 'e', credit: 'c', cancel: 'x', alive: 'a' };
const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as FrameKind]));

export function frameHeaders(kind: FrameKind, sequence: number, value: number): BusHeaders {
  return { [FRAME_HEADER]: `${LETTERS[kind]} ${sequence} ${value}` };
}

/** Undefined for what is not a frame. */
export function parseFrame(message: BusMessage): Frame | undefined {
  const [letter = '', sequence, value] = (message.headers[FRAME_HEADER] ?? '').split(' ');
  const kind = KINDS.get(letter);
  if (kind === undefined) return undefined;
  return { kind, sequence: Number(sequence), value: Number(value), data: message.data };
}

/** The headers that the user of a stream gave, without the bus's own. */
export function userHeaders(headers: BusHeaders): BusHeaders {
  const { [STREAM_INBOX_HEADER]: _inbox, ...own } = headers;
  return own;
}

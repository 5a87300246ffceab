import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { encodeBody, mediaTypes, negotiateAccept } from '@gantry/apimachinery';
import type { MediaFormat, Status, StatusError } from '@gantry/apimachinery';

export type AnswerHeaders = Record<string, string>;

/** Where a streamed answer is written. Never blocks: who writes watches `buffered`. */
export interface AnswerSink {
  write(chunk: Uint8Array): void;
  /** Bytes written that the client has not taken yet. */
  readonly buffered: number;
  /** Resolves when there is room again, or when the client is gone. */
  drained(): Promise<void>;
  /** The clean end. */
  end(): void;
  /** Breaks the connection: the client sees an error instead of an end. */
  destroy(): void;
  /** Called once when the client is gone; not after `end` or `destroy`. */
  onGone(listener: () => void): void;
  /** Called once when it is over, whoever ended it. */
  onOver(listener: () => void): void;
}

interface Head {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Header lines that cannot be joined into one. */
  readonly cookies?: readonly string[] | undefined;
}

/** The bytes of an answer: at hand, or made while they are sent, no faster than the client takes them. The latter are read once. */
export type AnswerBody = Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>;

/** An answer whose bytes come to an end by themselves. */
export interface WholeAnswer extends Head {
  body: AnswerBody;
}

/** An answer that flows: `start` is called once the head is on its way, and owns the sink. */
export interface StreamedAnswer extends Head {
  start: (sink: AnswerSink) => void;
}

/** A connection whose client wants to speak another protocol on it. Nothing was written to it yet. */
export interface UpgradedConnection {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent behind its request already. */
  readonly head: Buffer;
}

/** An answer that takes the connection over, possible where the context has an `upgrade`. */
export interface UpgradeAnswer extends Head {
  readonly status: 101;
  /** Writes the head itself, with these headers in it, and owns the connection. Resolves when that is over; never rejects. */
  take: (connection: UpgradedConnection, headers: AnswerHeaders) => Promise<void>;
}

/** An answer in HTTP. */
export type PlainAnswer = WholeAnswer | StreamedAnswer;
export type Answer = PlainAnswer | UpgradeAnswer;

export function isStreamed(answer: Answer): answer is StreamedAnswer {
  return 'start' in answer;
}

/** Whether the bytes are made while they are sent. */
export function isMadeOnTheWay(body: AnswerBody): body is AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in body;
}

export function isUpgrade(answer: Answer): answer is UpgradeAnswer {
  return 'take' in answer;
}

export const JSON_TYPE = 'application/json';

export function jsonAnswer(status: number, value: unknown): WholeAnswer {
  return bytesAnswer(status, JSON_TYPE, Buffer.from(JSON.stringify(value)));
}

export function bytesAnswer(status: number, contentType: string, body: AnswerBody): WholeAnswer {
  return { status, headers: { 'content-type': contentType }, body };
}

export function textAnswer(status: number, text: string): WholeAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, body: Buffer.from(text) };
}

/** The answer of a failure, with `Retry-After` where the status asks the client to come back. */
export function statusAnswer(error: StatusError, accept?: string): WholeAnswer {
  const answer = answerOfStatus(error.code, error.status, accept);
  const seconds = error.status.details?.retryAfterSeconds;
  if (seconds !== undefined) answer.headers['retry-after'] = String(seconds);
  return answer;
}

/** A Status in a form that the client accepts, else in JSON: what was done is not refused for its form. */
export function answerOfStatus(code: number, status: Status, accept: string | undefined): WholeAnswer {
  const format = statusFormat(accept);
  return format === 'json' ? jsonAnswer(code, status) : bytesAnswer(code, mediaTypes[format], encodeBody({ ...status }, format));
}

function statusFormat(accept: string | undefined): MediaFormat {
  if (accept === undefined || accept === JSON_TYPE) return 'json';
  try {
    return negotiateAccept(accept, { formats: ['json', 'yaml', 'protobuf'], transforms: () => true }).format;
  } catch {
    return 'json';
  }
}

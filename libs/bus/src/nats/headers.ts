import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import type { BusHeaders } from '../bus.js';

/** Printable ASCII without `%`, no space at an end: what stands in a header line as it is. */
const PLAIN = /^[!-$&-~](?:[ -$&-~]*[!-$&-~])?$/;
const PLAIN_KEY = /^[A-Za-z0-9_-]+$/;
const NATS_HEADER = /^nats-/i;

/** Header lines that the carrier itself adds: the responder's side of a request, and the conditions of JetStream. */
export const REQUEST_ID = 'Gantry-Request';
export const TIMEOUT = 'Gantry-Timeout';
export const ERROR = 'Gantry-Error';
export const EXPECTED_LAST_SEQUENCE = 'Nats-Expected-Last-Sequence';
const FIRST_LINE = 'NATS/1.0\r\n';
const OWN: ReadonlySet<string> = new Set([REQUEST_ID, TIMEOUT, ERROR]);

/** What the client shows of a message and does not declare: bytes of subject, answer subject, headers and data. */
type SizedMsg = Msg & { readonly size?: () => number };

/**
 * A message's headers as NATS has them, one line each. What does not fit on a line is written in percent encoding, so every
 * value arrives as it was. The client wants its own class but asks it for nothing but its bytes.
 */
export function encodeHeaders(headers: BusHeaders, own: Readonly<Record<string, string>> = {}): MsgHdrs | undefined {
  let text = '';
  for (const key in headers) text += `${PLAIN_KEY.test(key) ? key : escape(key)}: ${encodeValue(headers[key] as string)}\r\n`;
  for (const key in own) text += `${key}: ${own[key]}\r\n`;
  if (text === '') return undefined;
  const bytes = Buffer.from(`${FIRST_LINE}${text}\r\n`, 'latin1');
  return { encode: () => bytes } as unknown as MsgHdrs;
}

/** The sender's headers, without the carrier's own and those of NATS. Throws where an escape is none. */
export function decodeHeaders(message: Msg): BusHeaders {
  const text = headerText(message);
  if (text === undefined) return fromClient(message.headers);
  const decoded: Record<string, string> = {};
  for (let at = FIRST_LINE.length, end = text.indexOf('\r\n', at); end > at; at = end + 2, end = text.indexOf('\r\n', at)) {
    const colon = text.indexOf(':', at);
    if (colon !== -1 && colon < end) keep(decoded, text.slice(at, colon), text.slice(colon + 1, end).trim());
  }
  return decoded;
}

/**
 * The header lines of a message as they came, or nothing where they cannot be told from what the client shows. It keeps them right before
 * the data, and takes four times as long to make its own class of them, which at eight lines a watch message counts.
 */
function headerText(message: Msg): string | undefined {
  const { data } = message;
  const size = (message as SizedMsg).size?.() ?? 0;
  const length = size - message.subject.length - (message.reply?.length ?? 0) - data.byteLength;
  if (length < FIRST_LINE.length || length > data.byteOffset) return undefined;
  const text = Buffer.from(data.buffer, data.byteOffset - length, length).toString();
  return text.startsWith(FIRST_LINE) ? text : undefined;
}

function fromClient(headers: MsgHdrs | undefined): BusHeaders {
  if (headers === undefined) return NONE;
  const decoded: Record<string, string> = {};
  for (const [key, values] of headers) keep(decoded, key, values[0] ?? '');
  return decoded;
}

function keep(decoded: Record<string, string>, key: string, value: string): void {
  if (OWN.has(key) || NATS_HEADER.test(key)) return;
  const name = unescape(key);
  if (!Object.hasOwn(decoded, name)) decoded[name] = unescape(value);
}

const NONE: BusHeaders = Object.freeze({});

function encodeValue(value: string): string {
  return value === '' || PLAIN.test(value) ? value : escape(value);
}

function escape(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function unescape(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text;
}

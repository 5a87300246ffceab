import type { MsgHdrs } from '@nats-io/transport-node';
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
const OWN: ReadonlySet<string> = new Set([REQUEST_ID, TIMEOUT, ERROR]);

/**
 * A message's headers as NATS has them, one line each. What does not fit on a line is written in percent encoding, so every
 * value arrives as it was. The client wants its own class but asks it for nothing but its bytes.
 */
export function encodeHeaders(headers: BusHeaders, own: Readonly<Record<string, string>> = {}): MsgHdrs | undefined {
  let text = '';
  for (const key in headers) text += `${PLAIN_KEY.test(key) ? key : escape(key)}: ${encodeValue(headers[key] as string)}\r\n`;
  for (const key in own) text += `${key}: ${own[key]}\r\n`;
  if (text === '') return undefined;
  const bytes = Buffer.from(`NATS/1.0\r\n${text}\r\n`, 'latin1');
  return { encode: () => bytes } as unknown as MsgHdrs;
}

/** The sender's headers, without the carrier's own and those of NATS. */
export function decodeHeaders(headers: MsgHdrs | undefined): BusHeaders {
  if (headers === undefined) return NONE;
  const decoded: Record<string, string> = {};
  for (const [key, values] of headers) {
    if (!OWN.has(key) && !NATS_HEADER.test(key)) decoded[unescape(key)] = unescape(values[0] ?? '');
  }
  return decoded;
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

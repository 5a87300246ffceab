/** One element of DER, as ITU-T X.690 has it: `tag` is the whole identifier byte. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With identifier and length. */
  readonly bytes: Uint8Array;
}

export const DER = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, sequence: 0x30, set: 0x31 } as const;

/** What is no DER, in the words of Go's `encoding/asn1`. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

const LONG_FORM = 0x80;
const MOST_LENGTH_BYTES = 4;

/** The elements that follow each other in some bytes. Throws a DerError. */
export function derElements(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    elements.push(element);
    at += element.bytes.length;
  }
  return elements;
}

/** The one element that the bytes are. Throws a DerError, also for another tag or for what follows it. */
export function derElement(bytes: Uint8Array, tag: number): DerElement {
  const [element, ...others] = derElements(bytes);
  if (others.length > 0) throw new DerError('asn1: syntax error: trailing data');
  return expected(element, tag);
}

/** An element that must be there and have this tag. */
export function expected(element: DerElement | undefined, tag: number): DerElement {
  if (element === undefined) throw new DerError('asn1: syntax error: sequence truncated');
  if (element.tag !== tag) throw new DerError('asn1: structure error: tags don\'t match');
  return element;
}

/** An object identifier in its dotted form. */
export function derOid({ content }: DerElement): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new DerError('asn1: structure error: base 128 integer too large');
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...others].join('.');
}

function elementAt(bytes: Uint8Array, at: number): DerElement {
  const [tag, length] = [bytes[at]!, bytes[at + 1]];
  if ((tag & 0x1f) === 0x1f) throw new DerError('asn1: structure error: high tag numbers are not supported');
  if (length === undefined) throw new DerError('asn1: syntax error: truncated tag or length');
  const lengthBytes = length < LONG_FORM ? 0 : length - LONG_FORM;
  const start = at + 2 + lengthBytes;
  const size = lengthBytes === 0 && length < LONG_FORM ? length : longLength(bytes.subarray(at + 2, start), lengthBytes);
  if (start + size > bytes.length) throw new DerError('asn1: syntax error: data truncated');
  return { tag, content: bytes.subarray(start, start + size), bytes: bytes.subarray(at, start + size) };
}

function longLength(digits: Uint8Array, count: number): number {
  if (count === 0) throw new DerError('asn1: syntax error: indefinite length found (not DER)');
  if (count > MOST_LENGTH_BYTES) throw new DerError('asn1: structure error: length too large');
  if (digits.length < count) throw new DerError('asn1: syntax error: truncated tag or length');
  return digits.reduce((size, digit) => size * 256 + digit, 0);
}

/** RFC 1035 section 2.3.4. */
const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

const POINTER_BITS = 0xc0;

export interface ReadName {
  readonly labels: readonly string[];
  readonly end: number;
}

/** Reads a name that is written out; undefined where it is cut off, too long, or holds a pointer, which has nothing to point to in a question. */
export function readPlainName(packet: Buffer, start: number): ReadName | undefined {
  const labels: string[] = [];
  let offset = start;
  for (;;) {
    const length = packet[offset];
    if (length === undefined || length > LONGEST_LABEL) return undefined;
    offset += 1;
    if (length === 0) return { labels, end: offset };
    // The end of the name takes one byte more.
    if (offset + length - start + 1 > LONGEST_NAME || offset + length > packet.length) return undefined;
    labels.push(packet.toString('latin1', offset, offset + length).toLowerCase());
    offset += length;
  }
}

/** The offset after a name, not following a pointer: what it costs is bounded by the name's own bytes. Undefined where it is malformed. */
export function skipName(packet: Buffer, start: number): number | undefined {
  let offset = start;
  for (;;) {
    const length = packet[offset];
    if (length === undefined || offset - start > LONGEST_NAME) return undefined;
    if (length === 0) return offset + 1;
    if ((length & POINTER_BITS) === POINTER_BITS) return offset + 2 <= packet.length ? offset + 2 : undefined;
    if (length > LONGEST_LABEL) return undefined;
    offset += length + 1;
  }
}

import { CLASS_IN, FLAG, HEADER_LENGTH, OPCODE_MASK, RCODE, TYPE } from './codes.js';
import type { Edns, Query } from './query.js';
import { readPlainName } from './read-name.js';
import { readRecords, type RecordPlace } from './read-records.js';
import { refusal } from './refusal.js';

/** A query to answer, a packet to send back at once, or neither: what is no question at all gets no answer, or two servers could play ball with it. */
export type ReadQuery = { readonly query: Query } | { readonly refused: Buffer } | undefined;

/** More records than a client has to send beside its question: one OPT, and a signature. */
const MOST_RECORDS = 4;

export function readQuery(packet: Buffer, transport: Query['transport']): ReadQuery {
  if (packet.length < HEADER_LENGTH) return undefined;
  const flags = packet.readUInt16BE(2);
  if ((flags & FLAG.response) !== 0) return undefined;
  if ((flags & OPCODE_MASK) !== 0) return { refused: refusal(packet, RCODE.notImp) };
  if (packet.readUInt16BE(4) !== 1) return { refused: refusal(packet, RCODE.formErr) };
  return readQuestion(packet, flags, transport);
}

function readQuestion(packet: Buffer, flags: number, transport: Query['transport']): ReadQuery {
  const name = readPlainName(packet, HEADER_LENGTH);
  if (name === undefined || name.end + 4 > packet.length) return { refused: refusal(packet, RCODE.formErr) };
  const questionEnd = name.end + 4;
  const extra = readExtra(packet, questionEnd);
  if (extra === undefined) return { refused: refusal(packet, RCODE.formErr, questionEnd) };
  const type = packet.readUInt16BE(name.end);
  if (packet.readUInt16BE(name.end + 2) !== CLASS_IN || type === TYPE.AXFR || type === TYPE.IXFR) return { refused: refusal(packet, RCODE.refused, questionEnd) };
  return { query: { packet, id: packet.readUInt16BE(0), flags, labels: name.labels, type, questionEnd, edns: extra.edns, transport } };
}

/** What stands behind the question; undefined where it is malformed. */
function readExtra(packet: Buffer, start: number): { readonly edns: Edns | undefined } | undefined {
  const counts = [packet.readUInt16BE(6), packet.readUInt16BE(8), packet.readUInt16BE(10)] as const;
  const all = counts[0] + counts[1] + counts[2];
  if (all === 0) return { edns: undefined };
  const places = all > MOST_RECORDS ? undefined : readRecords(packet, start, all);
  if (places === undefined) return undefined;
  const opts = places.filter(({ type }) => type === TYPE.OPT);
  if (opts.length > 1) return undefined;
  return readOpt(packet, opts[0], places.length - counts[2] <= places.indexOf(opts[0]!));
}

function readOpt(packet: Buffer, place: RecordPlace | undefined, isAdditional: boolean): { readonly edns: Edns | undefined } | undefined {
  if (place === undefined) return { edns: undefined };
  const ownedByRoot = packet[place.start] === 0;
  if (!ownedByRoot || !isAdditional) return undefined;
  const { fixed } = place;
  return { edns: { payloadSize: packet.readUInt16BE(fixed), version: packet[fixed + 3]!, dnssecOk: (packet[fixed + 4]! & 0x80) !== 0 } };
}

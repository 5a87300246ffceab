import { isPacket, type Answer, type DnsRecord, type RecordsAnswer } from './answer.js';
import { FLAG, OPT_LENGTH, PLAIN_UDP_LENGTH, RCODE_MASK, UDP_PAYLOAD } from './codes.js';
import { passOn } from './pass-on.js';
import { PacketWriter } from './packet-writer.js';
import type { Query } from './query.js';

const LONGEST_PACKET = 65_535;

/** The bytes that answer a query: as many whole records as the client takes, with the bit for truncation where answers are missing. */
export function writeAnswer(query: Query, answer: Answer): Buffer {
  return isPacket(answer) ? passOn(query, answer, limitFor(query)) : writeRecords(query, answer, limitFor(query));
}

/** Bytes that one answer may have. */
function limitFor({ transport, edns }: Query): number {
  if (transport === 'tcp') return LONGEST_PACKET;
  return edns === undefined ? PLAIN_UDP_LENGTH : Math.min(Math.max(edns.payloadSize, PLAIN_UDP_LENGTH), UDP_PAYLOAD);
}

function writeRecords(query: Query, answer: RecordsAnswer, limit: number): Buffer {
  const { edns } = query;
  const writer = new PacketWriter(query);
  const room = edns === undefined ? limit : limit - OPT_LENGTH;
  const answers = writeSection(writer, answer.answers, room);
  const truncated = answers < answer.answers.length;
  const authority = truncated ? 0 : writeSection(writer, answer.authority, room);
  const additional = truncated ? 0 : writeSection(writer, answer.additional, room);
  if (edns !== undefined) writer.opt(answer.rcode >> 4, edns.dnssecOk);
  return writer.finish(flagsOf(query, answer, truncated), [answers, authority, additional + (edns === undefined ? 0 : 1)]);
}

function writeSection(writer: PacketWriter, records: readonly DnsRecord[], limit: number): number {
  let written = 0;
  while (written < records.length && writer.record(records[written]!, limit)) written += 1;
  return written;
}

function flagsOf(query: Query, { rcode, authoritative }: RecordsAnswer, truncated: boolean): number {
  const asked = query.flags & (FLAG.recursionDesired | FLAG.checkingDisabled);
  return FLAG.response | FLAG.recursionAvailable | asked | (authoritative ? FLAG.authoritative : 0) | (truncated ? FLAG.truncated : 0) | (rcode & RCODE_MASK);
}

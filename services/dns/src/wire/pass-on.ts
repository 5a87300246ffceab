import type { PacketAnswer } from './answer.js';
import { DNSSEC_OK, FLAG, HEADER_LENGTH, OPT_LENGTH, TYPE, UDP_PAYLOAD } from './codes.js';
import type { Query } from './query.js';
import { readRecords, type RecordPlace } from './read-records.js';

/**
 * Somebody else's answer as the client shall have it: its id, its question to the letter, TTLs less the answer's age, and no more
 * than `limit` bytes. Cutting off the end breaks no name, since pointers point backwards. The packet's question must be as long as the query's.
 */
export function passOn(query: Query, { packet, age }: PacketAnswer, limit: number): Buffer {
  const places = readRecords(packet, query.questionEnd, countOf(packet)) ?? [];
  const kept = places.slice(0, keptCount(query, places, limit));
  const cut = places.length - kept.length;
  const hadOpt = places.some(({ type }) => type === TYPE.OPT);
  const addsOpt = query.edns !== undefined && hadOpt && !kept.some(({ type }) => type === TYPE.OPT);
  const end = kept.at(-1)?.end ?? query.questionEnd;
  const answer = Buffer.alloc(end + (addsOpt ? OPT_LENGTH : 0));
  packet.copy(answer, 0, 0, end);
  if (addsOpt) writeOpt(answer, end, query.edns.dnssecOk);
  writeHeader(query, answer, { cut, kept: kept.length, addsOpt });
  for (const { type, fixed } of kept) if (type !== TYPE.OPT) answer.writeUInt32BE(Math.max(0, packet.readUInt32BE(fixed + 2) - age), fixed + 2);
  return answer;
}

function countOf(packet: Buffer): number {
  return packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10);
}

/** A last OPT record goes where the client sent none; what does not fit goes from the end. */
function keptCount({ edns }: Query, places: readonly RecordPlace[], limit: number): number {
  let count = places.length;
  if (edns === undefined && places.at(-1)?.type === TYPE.OPT) count -= 1;
  if ((places[count - 1]?.end ?? 0) <= limit) return count;
  const room = edns === undefined ? limit : limit - OPT_LENGTH;
  while (count > 0 && places[count - 1]!.end > room) count -= 1;
  return count;
}

function writeOpt(answer: Buffer, offset: number, dnssecOk: boolean): void {
  answer.writeUInt16BE(TYPE.OPT, offset + 1);
  answer.writeUInt16BE(UDP_PAYLOAD, offset + 3);
  answer.writeUInt16BE(dnssecOk ? DNSSEC_OK : 0, offset + 7);
}

function writeHeader(query: Query, answer: Buffer, { cut, kept, addsOpt }: { cut: number; kept: number; addsOpt: boolean }): void {
  query.packet.copy(answer, HEADER_LENGTH, HEADER_LENGTH, query.questionEnd);
  const answers = answer.readUInt16BE(6);
  const lost = kept < answers ? FLAG.truncated : 0;
  const flags = answer.readUInt16BE(2) & ~(FLAG.recursionDesired | FLAG.truncated);
  answer.writeUInt16BE(query.id, 0);
  answer.writeUInt16BE(flags | FLAG.recursionAvailable | (query.flags & FLAG.recursionDesired) | lost, 2);
  if (cut > 0) cutCounts(answer, kept);
  if (addsOpt) answer.writeUInt16BE(answer.readUInt16BE(10) + 1, 10);
}

/** Makes the three counts of records add up to what is kept. */
function cutCounts(answer: Buffer, kept: number): void {
  let left = kept;
  for (const at of [6, 8, 10]) {
    const count = Math.min(left, answer.readUInt16BE(at));
    answer.writeUInt16BE(count, at);
    left -= count;
  }
}

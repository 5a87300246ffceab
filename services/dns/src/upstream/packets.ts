import { randomInt } from 'node:crypto';
import { DNSSEC_OK, FLAG, HEADER_LENGTH, OPT_LENGTH, TYPE, UDP_PAYLOAD } from '../wire/codes.js';
import type { Query } from '../wire/query.js';
import { readRecords } from '../wire/read-records.js';

/** A query as we send it on: an id of our own, the client's question, and of its wishes those about recursion and DNSSEC. */
export function forwardedPacket(query: Query, withEdns: boolean): Buffer {
  const { questionEnd } = query;
  const packet = Buffer.alloc(questionEnd + (withEdns ? OPT_LENGTH : 0));
  packet.writeUInt16BE(randomInt(0x10000), 0);
  packet.writeUInt16BE(FLAG.recursionDesired | (query.flags & FLAG.checkingDisabled), 2);
  packet.writeUInt16BE(1, 4);
  query.packet.copy(packet, HEADER_LENGTH, HEADER_LENGTH, questionEnd);
  if (withEdns) writeOpt(packet, questionEnd, query.edns?.dnssecOk === true);
  return packet;
}

function writeOpt(packet: Buffer, offset: number, dnssecOk: boolean): void {
  packet.writeUInt16BE(1, 10);
  packet.writeUInt16BE(TYPE.OPT, offset + 1);
  packet.writeUInt16BE(UDP_PAYLOAD, offset + 3);
  packet.writeUInt16BE(dnssecOk ? DNSSEC_OK : 0, offset + 7);
}

/** Whether a packet answers the one that was sent: its id, its question, and no record that is cut off. Others are somebody's guesses. */
export function answersTo(sent: Buffer, questionEnd: number, received: Buffer): boolean {
  if (received.length < questionEnd || received.readUInt16BE(0) !== sent.readUInt16BE(0)) return false;
  if ((received.readUInt16BE(2) & FLAG.response) === 0 || received.readUInt16BE(4) !== 1) return false;
  const question = (packet: Buffer) => packet.toString('latin1', HEADER_LENGTH, questionEnd).toLowerCase();
  if (question(received) !== question(sent)) return false;
  const count = received.readUInt16BE(6) + received.readUInt16BE(8) + received.readUInt16BE(10);
  return readRecords(received, questionEnd, count) !== undefined;
}

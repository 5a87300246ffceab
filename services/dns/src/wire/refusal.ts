import { FLAG, HEADER_LENGTH, OPCODE_MASK } from './codes.js';

/** An answer without records to a packet of which no more is understood than its header, and its question when `questionEnd` says where that ends. */
export function refusal(packet: Buffer, rcode: number, questionEnd = HEADER_LENGTH): Buffer {
  const answer = Buffer.alloc(questionEnd);
  packet.copy(answer, 0, 0, questionEnd);
  const kept = packet.readUInt16BE(2) & (OPCODE_MASK | FLAG.recursionDesired);
  answer.writeUInt16BE(FLAG.response | kept | rcode, 2);
  answer.writeUInt16BE(questionEnd > HEADER_LENGTH ? 1 : 0, 4);
  answer.fill(0, 6, HEADER_LENGTH);
  return answer;
}

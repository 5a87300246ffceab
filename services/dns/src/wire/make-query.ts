import { FLAG, HEADER_LENGTH } from './codes.js';
import type { Query } from './query.js';
import { readQuery } from './read-query.js';

/** The same question for another name; undefined for what cannot be a name. */
export function makeQuery(name: string, { type, flags, edns }: Pick<Query, 'type' | 'flags' | 'edns'>): Query | undefined {
  const labels = name.split('.');
  if (labels.some((label) => label.length === 0 || label.length > 63) || name.length > 253) return undefined;
  const packet = questionPacket(labels, type);
  packet.writeUInt16BE(flags & (FLAG.recursionDesired | FLAG.checkingDisabled), 2);
  const read = readQuery(packet, 'tcp');
  return read === undefined || 'refused' in read ? undefined : { ...read.query, edns };
}

function questionPacket(labels: readonly string[], type: number): Buffer {
  const parts = labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  const packet = Buffer.concat([Buffer.alloc(HEADER_LENGTH), ...parts, Buffer.alloc(5)]);
  packet.writeUInt16BE(1, 4);
  packet.writeUInt16BE(type, packet.length - 4);
  packet.writeUInt16BE(1, packet.length - 2);
  return packet;
}

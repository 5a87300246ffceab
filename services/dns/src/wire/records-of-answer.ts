import { decode, record } from 'dns-packet';
import { toType } from 'dns-packet/types.js';
import { isPacket, type Answer, type DnsRecord, type RecordsAnswer } from './answer.js';
import { RCODE, RCODE_MASK } from './codes.js';

/** Longer ones are not taken apart: an answer behind an alias is short, and taking apart follows pointers. */
const LONGEST = 4096;

type Decoded = ReturnType<typeof decode>;

/**
 * An answer with its records apart, to be put into another; undefined for one that failed or cannot be read.
 * @param asked the name that it answered, under which records without a name are
 */
export function recordsOf(answer: Answer, asked: string): RecordsAnswer | undefined {
  if (isPacket(answer)) return recordsOfPacket(answer.packet, answer.age);
  if (answer.rcode !== RCODE.noError && answer.rcode !== RCODE.nxDomain) return undefined;
  return { ...answer, answers: answer.answers.map((each) => ({ ...each, name: each.name ?? asked })) };
}

function recordsOfPacket(packet: Buffer, age: number): RecordsAnswer | undefined {
  const rcode = packet.readUInt16BE(2) & RCODE_MASK;
  if (packet.length > LONGEST || (rcode !== RCODE.noError && rcode !== RCODE.nxDomain)) return undefined;
  try {
    const { answers, authorities } = decode(packet);
    const read = (records: Decoded['answers']) => records.flatMap((each) => ownRecord(each, age));
    return { rcode, authoritative: false, answers: read(answers), authority: read(authorities), additional: [] };
  } catch {
    return undefined;
  }
}

/** Names in the data are written out. */
function ownRecord({ name, type, ttl = 0, data }: Decoded['answers'][number], age: number): DnsRecord[] {
  const code = toType(type);
  if (code === 0 || type === 'OPT') return [];
  const bytes = record(type).encode(data).subarray(2);
  return [{ name: name === '.' ? '' : name, type: code, ttl: Math.max(0, ttl - age), data: { bytes } }];
}

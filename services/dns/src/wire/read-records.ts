import { skipName } from './read-name.js';

/** Where a record stands in a packet. */
export interface RecordPlace {
  readonly start: number;
  readonly type: number;
  /** The offset of the class; the TTL stands 2 after it, the data 8 after it. */
  readonly fixed: number;
  readonly end: number;
}

/** Type, class, TTL and length of the data. */
const FIXED_LENGTH = 10;

/** The places of `count` records; undefined where one is malformed or cut off. Costs no more than the packet is long, whatever it says. */
export function readRecords(packet: Buffer, start: number, count: number): RecordPlace[] | undefined {
  const places: RecordPlace[] = [];
  let offset = start;
  for (let index = 0; index < count; index += 1) {
    const place = readRecord(packet, offset);
    if (place === undefined) return undefined;
    places.push(place);
    offset = place.end;
  }
  return places;
}

function readRecord(packet: Buffer, start: number): RecordPlace | undefined {
  const typeAt = skipName(packet, start);
  if (typeAt === undefined || typeAt + FIXED_LENGTH > packet.length) return undefined;
  const end = typeAt + FIXED_LENGTH + packet.readUInt16BE(typeAt + 8);
  return end > packet.length ? undefined : { start, type: packet.readUInt16BE(typeAt), fixed: typeAt + 2, end };
}

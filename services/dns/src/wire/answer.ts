import { RCODE } from './codes.js';

/** The data of a record, as the parts that are written one after another. A name may be compressed where the type allows it (RFC 3597 section 4). */
export interface RecordData {
  readonly bytes?: Buffer;
  readonly name?: string;
  readonly compress?: boolean;
  readonly second?: string;
  readonly tail?: Buffer;
}

/** One resource record to be written. */
export interface DnsRecord {
  /** Undefined: the name that was asked for, as it was asked. */
  readonly name: string | undefined;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly data: RecordData;
}

/** An answer of our own. */
export interface RecordsAnswer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
}

/** An answer of somebody else, whole: it goes on with the client's id and question. */
export interface PacketAnswer {
  readonly packet: Buffer;
  /** Seconds since it was made: what its TTLs have lost. */
  readonly age: number;
}

export type Answer = RecordsAnswer | PacketAnswer;

export function isPacket(answer: Answer): answer is PacketAnswer {
  return 'packet' in answer;
}

/** An answer without records, not of the cluster's authority. */
export function failure(rcode: number): RecordsAnswer {
  return { rcode, authoritative: false, answers: [], authority: [], additional: [] };
}

export const SERVER_FAILURE = failure(RCODE.servFail);

import type { Clock } from '@gantry/async';
import type { Plugin } from '../plugin.js';
import { isPacket, type Answer, type PacketAnswer } from '../wire/answer.js';
import { FLAG, HEADER_LENGTH, RCODE, RCODE_MASK, TYPE } from '../wire/codes.js';
import type { Query } from '../wire/query.js';
import { readRecords } from '../wire/read-records.js';

interface Entry {
  readonly packet: Buffer;
  /** Of the clock that only grows, in milliseconds. */
  readonly stored: number;
  readonly ends: number;
}

export interface CacheOptions {
  readonly clock: Clock;
  /** Answers kept. */
  readonly entries?: number;
  /** Their bytes together. */
  readonly bytes?: number;
}

const DEFAULTS = { entries: 10_000, bytes: 8 * 1024 * 1024 };

/** Seconds that anything is kept at most. */
const LONGEST = 30;

/** Remembers upstreams' answers for as long as they allow; who asks what is being asked for already waits for the same answer. */
export function cache({ clock, entries = DEFAULTS.entries, bytes = DEFAULTS.bytes }: CacheOptions): Plugin {
  const kept = new KeptAnswers(entries, bytes);
  const underWay = new Map<string, Promise<Answer>>();
  return (next) => (query) => {
    const key = keyOf(query);
    const now = clock.monotonic();
    const entry = kept.get(key, now);
    if (entry !== undefined) return { packet: entry.packet, age: Math.floor((now - entry.stored) / 1000) };
    const pending = underWay.get(key);
    if (pending !== undefined) return pending;
    const answer = next(query);
    if (!(answer instanceof Promise)) return answer;
    const tracked = answer.finally(() => underWay.delete(key));
    underWay.set(key, tracked);
    return tracked.then((found) => {
      if (isPacket(found)) kept.add(key, found, clock.monotonic());
      return found;
    });
  };
}

/** The question's bytes without regard to case, and what else the client said that changes an answer. */
function keyOf({ packet, questionEnd, edns, flags }: Query): string {
  const wishes = (edns?.dnssecOk === true ? 1 : 0) + ((flags & FLAG.checkingDisabled) === 0 ? 0 : 2);
  return wishes + packet.toString('latin1', HEADER_LENGTH, questionEnd).toLowerCase();
}

/** Bounded; what was not asked for longest goes first. */
class KeptAnswers {
  private readonly entries = new Map<string, Entry>();
  private size = 0;

  constructor(
    private readonly mostEntries: number,
    private readonly mostBytes: number,
  ) {}

  get(key: string, now: number): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.ends > now) {
      this.entries.set(key, entry);
      return entry;
    }
    this.size -= entry.packet.length;
    return undefined;
  }

  add(key: string, { packet }: PacketAnswer, now: number): void {
    const seconds = lifetimeOf(packet);
    if (seconds === 0 || packet.length > this.mostBytes) return;
    this.drop(key);
    // A copy: a small answer would else keep the buffer that it was received in.
    this.entries.set(key, { packet: Buffer.from(packet), stored: now, ends: now + seconds * 1000 });
    this.size += packet.length;
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.mostEntries && this.size <= this.mostBytes) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.size -= entry.packet.length;
  }
}

/** Seconds that an answer may be kept: 0 for failures, for parts, and for a "no" that does not say how long (RFC 2308). */
function lifetimeOf(packet: Buffer): number {
  const flags = packet.readUInt16BE(2);
  const rcode = flags & RCODE_MASK;
  if ((flags & FLAG.truncated) !== 0 || (rcode !== RCODE.noError && rcode !== RCODE.nxDomain)) return 0;
  const places = placesOf(packet).filter(({ type }) => type !== TYPE.OPT);
  const ttls = places.map(({ fixed }) => packet.readUInt32BE(fixed + 2));
  const isNegative = rcode === RCODE.nxDomain || packet.readUInt16BE(6) === 0;
  const soa = places.find(({ type }) => type === TYPE.SOA);
  if (isNegative && soa === undefined) return 0;
  if (isNegative && soa !== undefined) ttls.push(packet.readUInt32BE(soa.end - 4));
  return Math.min(LONGEST, ...ttls);
}

function placesOf(packet: Buffer) {
  let end = HEADER_LENGTH;
  while (packet[end] !== undefined && packet[end] !== 0) end += packet[end]! + 1;
  return readRecords(packet, end + 5, packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10)) ?? [];
}

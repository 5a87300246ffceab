import type { DnsRecord, RecordData } from './answer.js';
import { CLASS_IN, DNSSEC_OK, HEADER_LENGTH, OPT_LENGTH, POINTER, TYPE, UDP_PAYLOAD } from './codes.js';
import type { Query } from './query.js';

/** The longest packet, and one record more: a record is written before it is found not to fit. */
const SCRATCH_LENGTH = 65_535 + 8192;

/** What offsets a pointer can say. */
const POINTABLE = 0x4000;

const LONGEST_LABEL = 63;

/** Packets are written here and copied out: nothing in between gives up the thread. */
const scratch = Buffer.allocUnsafeSlow(SCRATCH_LENGTH);

/** Writes one answer, a name that is there already as a pointer to it. */
export class PacketWriter {
  offset: number;
  /** Where names that were written out stand. */
  private readonly names = new Map<string, number>();

  constructor(private readonly query: Query) {
    query.packet.copy(scratch, HEADER_LENGTH, HEADER_LENGTH, query.questionEnd);
    this.offset = query.questionEnd;
  }

  /** Whether it fitted below `limit`; if not, nothing was written. */
  record(record: DnsRecord, limit: number): boolean {
    const start = this.offset;
    this.owner(record.name);
    this.offset = scratch.writeUInt16BE(record.type, this.offset);
    this.offset = scratch.writeUInt16BE(CLASS_IN, this.offset);
    this.offset = scratch.writeUInt32BE(record.ttl, this.offset);
    const lengthAt = this.offset;
    this.offset += 2;
    this.data(record.data);
    scratch.writeUInt16BE(this.offset - lengthAt - 2, lengthAt);
    if (this.offset <= limit) return true;
    this.forget(start);
    return false;
  }

  opt(extendedRcode: number, dnssecOk: boolean): void {
    const { offset } = this;
    scratch[offset] = 0;
    scratch.writeUInt16BE(TYPE.OPT, offset + 1);
    scratch.writeUInt16BE(UDP_PAYLOAD, offset + 3);
    scratch.writeUInt16BE(extendedRcode << 8, offset + 5);
    scratch.writeUInt16BE(dnssecOk ? DNSSEC_OK : 0, offset + 7);
    scratch.writeUInt16BE(0, offset + 9);
    this.offset += OPT_LENGTH;
  }

  /** The packet. */
  finish(flags: number, counts: readonly [number, number, number]): Buffer {
    scratch.writeUInt16BE(this.query.id, 0);
    scratch.writeUInt16BE(flags, 2);
    scratch.writeUInt16BE(1, 4);
    counts.forEach((count, index) => scratch.writeUInt16BE(count, 6 + 2 * index));
    return Buffer.from(scratch.subarray(0, this.offset));
  }

  private forget(start: number): void {
    this.offset = start;
    for (const [name, offset] of this.names) if (offset >= start) this.names.delete(name);
  }

  private owner(name: string | undefined): void {
    if (name === undefined) this.offset = scratch.writeUInt16BE(POINTER | HEADER_LENGTH, this.offset);
    else this.name(name, true);
  }

  private data({ bytes, name, compress = false, second, tail }: RecordData): void {
    this.bytes(bytes);
    if (name !== undefined) this.name(name, compress);
    if (second !== undefined) this.name(second, compress);
    this.bytes(tail);
  }

  private bytes(bytes: Buffer | undefined): void {
    if (bytes === undefined) return;
    if (bytes.length > SCRATCH_LENGTH - this.offset) throw new RangeError('a record is longer than a packet');
    bytes.copy(scratch, this.offset);
    this.offset += bytes.length;
  }

  private name(name: string, compress: boolean): void {
    const known = compress ? this.names.get(name) : undefined;
    if (known !== undefined) {
      this.offset = scratch.writeUInt16BE(POINTER | known, this.offset);
      return;
    }
    if (this.offset < POINTABLE) this.names.set(name, this.offset);
    const labels = name === '' ? [] : name.split('.');
    const shared = compress ? this.sharedWithQuestion(labels) : 0;
    for (const label of labels.slice(0, labels.length - shared)) this.label(label);
    if (shared === 0) scratch[this.offset++] = 0;
    else this.offset = scratch.writeUInt16BE(POINTER | this.questionLabel(this.query.labels.length - shared), this.offset);
  }

  private label(label: string): void {
    const length = scratch.write(label, this.offset + 1, LONGEST_LABEL, 'latin1');
    if (length !== label.length || length === 0) throw new RangeError(`"${label}" cannot be a label`);
    scratch[this.offset] = length;
    this.offset += length + 1;
  }

  /** How many labels at the end are those of the question. */
  private sharedWithQuestion(labels: readonly string[]): number {
    const asked = this.query.labels;
    let shared = 0;
    while (shared < labels.length && shared < asked.length && labels.at(-1 - shared) === asked.at(-1 - shared)) shared += 1;
    return shared;
  }

  private questionLabel(index: number): number {
    let offset = HEADER_LENGTH;
    for (let before = 0; before < index; before += 1) offset += this.query.labels[before]!.length + 1;
    return offset;
  }
}

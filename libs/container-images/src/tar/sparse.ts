import { refused } from '../image-error.js';
import { numberAt } from './header.js';
import type { PaxRecords } from './pax.js';
import { paxNumber } from './pax.js';

/** A piece of a file that is stored; what lies between pieces is zeros. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
}

const PAIR = 24;
const FIELD = 12;
const MOST_SEGMENTS = 1_000_000;

/** The map of an old GNU header (type S) or of one of its extensions, and whether an extension follows. */
export function readOldMap(block: Buffer, start: number, pairs: number): { segments: Segment[]; more: boolean } {
  const segments: Segment[] = [];
  for (let at = start; at < start + pairs * PAIR; at += PAIR) {
    if (block[at] === 0) break;
    segments.push({ offset: numberAt(block, at, FIELD), length: numberAt(block, at + FIELD, FIELD) });
  }
  return { segments, more: block[start + pairs * PAIR] === 1 };
}

/** The map of format 0.1, in an extended header. */
export function readListedMap(records: PaxRecords): Segment[] | undefined {
  const text = records.get('GNU.sparse.map')?.toString('latin1');
  return text === undefined ? undefined : pairsOf(text.split(','));
}

/** Whether the map stands before the data (format 1.0). */
export function hasMapBeforeData(records: PaxRecords): boolean {
  return paxNumber(records, 'GNU.sparse.major') === 1;
}

/** How many lines the map of format 1.0 has, by its first block: count, then offset and length of each piece, a line a number. */
export function leadingMapLines(block: string): number {
  const [, count] = /^(\d{1,7})\n/.exec(block) ?? [];
  if (count === undefined || Number(count) > MOST_SEGMENTS) throw damaged();
  return 1 + Number(count) * 2;
}

/** The map, whose lines are all there. */
export function readLeadingMap(text: string): Segment[] {
  return pairsOf(text.split('\n').slice(1, leadingMapLines(text)));
}

/** Throws where the pieces are too many to be remembered. */
export function checkCount(segments: readonly Segment[]): void {
  if (segments.length > MOST_SEGMENTS) throw damaged();
}

function pairsOf(numbers: readonly string[]): Segment[] {
  if (numbers.length % 2 === 1 || numbers.length > MOST_SEGMENTS * 2 || !numbers.every((number) => /^\d{1,16}$/.test(number))) throw damaged();
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({ offset: Number(numbers[index * 2]), length: Number(numbers[index * 2 + 1]) }));
}

/** Pieces must follow one another inside of the file and hold just what is stored. */
export function checkMap(segments: readonly Segment[], stored: number, size: number): void {
  let end = 0;
  let held = 0;
  for (const { offset, length } of segments) {
    if (offset < end || offset + length > size) throw damaged();
    end = offset + length;
    held += length;
  }
  if (held !== stored) throw damaged();
}

function damaged(): Error {
  return refused('the archive is damaged: the map of a sparse file does not fit');
}

import { refused } from '../image-error.js';
import type { TarEntry } from './entry.js';

export const BLOCK = 512;
const CHECKSUM = { start: 148, end: 156 };
const EIGHT_SPACES = 8 * 32;
const BINARY = 0x80;
const NEGATIVE = 0xff;

/** The fields of a header block as they stand there (POSIX ustar, and what GNU adds). */
export interface RawHeader extends Omit<TarEntry, 'type' | 'xattrs'> {
  readonly flag: string;
}

/** Undefined for a block of zeros, with which archives end. */
export function readHeader(block: Buffer): RawHeader | undefined {
  const sum = checksum(block);
  if (sum === EIGHT_SPACES && block.every((byte) => byte === 0)) return undefined;
  if (sum !== numberAt(block, CHECKSUM.start, 8)) throw refused('the archive is damaged or no tar archive: a header has a wrong checksum');
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  return {
    flag: String.fromCharCode(block[156]!),
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: textAt(block, 157, 100),
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: numberAt(block, 108, 8),
    gid: numberAt(block, 116, 8),
    size: numberAt(block, 124, 12),
    mtime: numberAt(block, 136, 12),
    major: numberAt(block, 329, 8),
    minor: numberAt(block, 337, 8),
  };
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
export function checksum(block: Buffer): number {
  let sum = EIGHT_SPACES;
  for (let index = 0; index < CHECKSUM.start; index += 1) sum += block[index]!;
  for (let index = CHECKSUM.end; index < BLOCK; index += 1) sum += block[index]!;
  return sum;
}

function textAt(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('latin1', start, end === -1 || end > start + length ? start + length : end);
}

/** Octal digits, or where the first bit is set a binary number. */
export function numberAt(block: Buffer, start: number, length: number): number {
  const first = block[start]!;
  if ((first & BINARY) !== 0) return binaryAt(block, start, length);
  const text = textAt(block, start, length).trim();
  if (text === '') return 0;
  if (!/^[0-7]+$/.test(text)) throw refused('the archive is damaged or no tar archive: a header has a number that is none');
  return Number.parseInt(text, 8);
}

/** The bytes after the first; only times may be before zero, and what is before 1970 is of no interest. */
function binaryAt(block: Buffer, start: number, length: number): number {
  if (block[start] === NEGATIVE) return 0;
  let value = block[start]! & ~BINARY;
  for (let index = start + 1; index < start + length; index += 1) value = value * 256 + block[index]!;
  if (!Number.isSafeInteger(value)) throw refused('the archive is damaged: a header has a number without bounds');
  return value;
}

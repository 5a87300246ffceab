import type { EntryType, TarEntry } from './entry.js';
import { BLOCK, checksum } from './header.js';

const FLAGS: Readonly<Record<EntryType, string>> = {
  file: '0', 'hard-link': '1', 'symbolic-link': '2', 'character-device': '3', 'block-device': '4', directory: '5', fifo: '6',
};
const LARGEST_ID = 0o7777777;
const LARGEST_SIZE = 0o77777777777;

/** The header blocks of an entry: one, or with an extended header before it for what the plain one cannot hold. Times are whole seconds. */
export function writeHeader(entry: TarEntry): Buffer {
  const records = recordsOf(entry);
  if (records.length === 0) return headerBlock(entry, FLAGS[entry.type]);
  const body = Buffer.concat(records);
  const extended = headerBlock({ ...entry, name: 'extended', linkName: '', size: body.length }, 'x');
  return Buffer.concat([extended, body, writePadding(body.length), headerBlock(entry, FLAGS[entry.type])]);
}

/** Zeros up to the next block after `size` bytes of data. */
export function writePadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

export function writeEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

function recordsOf({ name, linkName, size, uid, gid, xattrs }: TarEntry): Buffer[] {
  return [
    ...(name.length > 100 ? [record('path', Buffer.from(name, 'latin1'))] : []),
    ...(linkName.length > 100 ? [record('linkpath', Buffer.from(linkName, 'latin1'))] : []),
    ...(size > LARGEST_SIZE ? [record('size', Buffer.from(String(size)))] : []),
    ...(uid > LARGEST_ID ? [record('uid', Buffer.from(String(uid)))] : []),
    ...(gid > LARGEST_ID ? [record('gid', Buffer.from(String(gid)))] : []),
    ...[...xattrs].map(([key, value]) => record(`SCHILY.xattr.${key}`, value)),
  ];
}

/** The length counts its own digits. */
function record(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, 'latin1'), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function headerBlock(entry: TarEntry, flag: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(entry.name.slice(0, 100), 0, 'latin1');
  octal(block, 100, 7, entry.mode);
  octal(block, 108, 7, Math.min(entry.uid, LARGEST_ID));
  octal(block, 116, 7, Math.min(entry.gid, LARGEST_ID));
  octal(block, 124, 11, Math.min(entry.size, LARGEST_SIZE));
  octal(block, 136, 11, Math.floor(entry.mtime));
  block.write(flag, 156, 'latin1');
  block.write(entry.linkName.slice(0, 100), 157, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(block, 329, 7, entry.major);
  octal(block, 337, 7, entry.minor);
  octal(block, 148, 6, checksum(block));
  block[155] = 0x20;
  return block;
}

function octal(block: Buffer, start: number, digits: number, value: number): void {
  block.write(value.toString(8).padStart(digits, '0'), start, 'latin1');
}

import { refused } from '../image-error.js';

export type PaxRecords = ReadonlyMap<string, Buffer>;

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const XATTR = 'SCHILY.xattr.';

/** Reads records of the form `<length> <key>=<value>\n`, whose values are bytes. */
export function readPax(body: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let start = 0; start < body.length && body[start] !== 0; ) {
    const space = body.indexOf(SPACE, start);
    const length = Number(body.toString('latin1', start, Math.max(start, space)));
    const end = start + length;
    const equals = body.indexOf(EQUALS, space);
    if (!(length > 0) || end > body.length || body[end - 1] !== NEWLINE || equals === -1 || equals >= end) throw refused('the archive is damaged: an extended header has a record of a wrong length');
    records.set(body.toString('latin1', space + 1, equals), Buffer.from(body.subarray(equals + 1, end - 1)));
    start = end;
  }
  return records;
}

/** A record's number; undefined where there is none. */
export function paxNumber(records: PaxRecords, key: string): number | undefined {
  const text = records.get(key)?.toString('latin1');
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+(\.\d+)?$/.test(text) || !Number.isFinite(value)) throw refused(`the archive is damaged: "${key}" of an extended header is no number`);
  return Math.max(0, value);
}

export function paxText(records: PaxRecords, key: string): string | undefined {
  const text = records.get(key)?.toString('latin1');
  if (text?.includes('\0')) throw refused(`the archive is damaged: "${key}" of an extended header holds a zero byte`);
  return text === '' ? undefined : text;
}

export function paxXattrs(records: PaxRecords): Map<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  for (const [key, value] of records) {
    if (key.startsWith(XATTR)) xattrs.set(key.slice(XATTR.length), value);
  }
  return xattrs;
}

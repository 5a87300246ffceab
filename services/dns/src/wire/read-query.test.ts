import { decode } from 'dns-packet';
import { expect, it } from 'vitest';
import { question } from '../testing/dig.suite.js';
import { readQuery } from './read-query.js';

/** A header and what follows it. */
function packet(flags: number, counts: readonly number[], ...rest: (string | number[])[]): Buffer {
  const header = Buffer.alloc(12);
  [7, flags, ...counts].forEach((value, index) => header.writeUInt16BE(value, index * 2));
  return Buffer.concat([header, ...rest.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)))]);
}

const ASKS_A = [0, 1, 0, 1];
const OPT = [0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0];
const WWW = '\x03wWw\x00';

it('reads the name in lower case and what the client can take', () => {
  const read = readQuery(packet(0x0100, [1, 0, 0, 1], WWW, ASKS_A, OPT), 'udp');
  expect(read).toMatchObject({ query: { id: 7, labels: ['www'], type: 1, questionEnd: 21, edns: { payloadSize: 1232, version: 0, dnssecOk: true } } });
});

it.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['less than a header', Buffer.alloc(11)],
  ['an answer', packet(0x8000, [1, 0, 0, 0], WWW, ASKS_A)],
])('says nothing to %s', (_sentence, bytes) => {
  expect(readQuery(bytes, 'udp')).toBeUndefined();
});

it.each<[string, Buffer, string, number]>([
  ['another operation', packet(0x2800, [1, 0, 0, 0], WWW, ASKS_A), 'NOTIMP', 0],
  ['no question', packet(0, [0, 0, 0, 0]), 'FORMERR', 0],
  ['two questions', packet(0, [2, 0, 0, 0], WWW, ASKS_A, WWW, ASKS_A), 'FORMERR', 0],
  ['a name that is cut off', packet(0, [1, 0, 0, 0], '\x05ww'), 'FORMERR', 0],
  ['a name without end', packet(0, [1, 0, 0, 0], '\x03www'), 'FORMERR', 0],
  ['a name that points to itself', packet(0, [1, 0, 0, 0], [0xc0, 12], ASKS_A), 'FORMERR', 0],
  ['a label of a kind that there is not', packet(0, [1, 0, 0, 0], [0x41, 0x61, 0], ASKS_A), 'FORMERR', 0],
  ['a name of more than 255 bytes', packet(0, [1, 0, 0, 0], `\x3f${'a'.repeat(63)}`.repeat(4), [0], ASKS_A), 'FORMERR', 0],
  ['a question without a type', packet(0, [1, 0, 0, 0], WWW, [0]), 'FORMERR', 0],
  ['a record that is cut off', packet(0, [1, 0, 0, 1], WWW, ASKS_A, OPT.slice(0, 9)), 'FORMERR', 1],
  ['data that is longer than the packet', packet(0, [1, 0, 0, 1], WWW, ASKS_A, [...OPT.slice(0, 9), 255, 255]), 'FORMERR', 1],
  ['two OPT records', packet(0, [1, 0, 0, 2], WWW, ASKS_A, OPT, OPT), 'FORMERR', 1],
  ['an OPT record with a name', packet(0, [1, 0, 0, 1], WWW, ASKS_A, WWW, OPT.slice(1)), 'FORMERR', 1],
  ['an OPT record among the answers', packet(0, [1, 1, 0, 0], WWW, ASKS_A, OPT), 'FORMERR', 1],
  ['more records than a question has', packet(0, [1, 0, 0, 65_535], WWW, ASKS_A, OPT), 'FORMERR', 1],
  ['another class', packet(0, [1, 0, 0, 0], WWW, [0, 1, 0, 3]), 'REFUSED', 1],
  ['a transfer of a zone', packet(0, [1, 0, 0, 0], WWW, [0, 252, 0, 1]), 'REFUSED', 1],
])('refuses %s', (_sentence, bytes, rcode, questions) => {
  const read = readQuery(bytes, 'udp');
  const refused = decode(read !== undefined && 'refused' in read ? read.refused : Buffer.alloc(0));
  expect({ id: refused.id, rcode: refused.rcode, questions: refused.questions.length }).toEqual({ id: 7, rcode, questions });
});

it('keeps the case of a refused question and its id', () => {
  const read = readQuery(question('VERSION.bind', 'AXFR', { id: 300 }), 'udp');
  expect(read !== undefined && 'refused' in read && decode(read.refused)).toMatchObject({ id: 300, questions: [{ name: 'VERSION.bind' }] });
});

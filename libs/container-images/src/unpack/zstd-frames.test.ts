import { randomBytes } from 'node:crypto';
import { zstdCompressSync, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { inPieces } from '../image-harness.suite.js';
import { decompressed } from './decompress.js';
import { ZstdFrames } from './zstd-frames.js';

const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
const skippable = (content: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a53, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
};
const contents = [Buffer.from('first'), Buffer.alloc(300_000), randomBytes(200_000), Buffer.alloc(0), Buffer.from('text '.repeat(50_000))];
const frames = contents.map((content, index) => zstdCompressSync(content, index % 2 === 0 ? checked : {}));

test('no piece goes beyond the end of a frame, and all of them together are the frames', () => {
  const cutter = new ZstdFrames();
  const pieces = cutter.push(Buffer.concat(frames));
  expect(Buffer.concat(pieces).equals(Buffer.concat(frames))).toBe(true);
  const ends = new Set<number>();
  for (let at = 0, index = 0; index < pieces.length; index += 1) ends.add((at += pieces[index]!.length));
  for (let at = 0, index = 0; index < frames.length; index += 1) expect(ends).toContain((at += frames[index]!.length));
});

test.each([1, 3, 1000, 1 << 20])('frames one after another, some to be skipped, are read in pieces of %d bytes', async (size) => {
  const short = size === 1 ? [frames[0]!, frames[3]!, frames[4]!] : frames;
  const expected = size === 1 ? [contents[0]!, contents[3]!, contents[4]!] : contents;
  const source = Buffer.concat([skippable(Buffer.alloc(0)), ...short.flatMap((frame) => [frame, skippable(Buffer.from('index'))])]);
  const read: Buffer[] = [];
  for await (const chunk of decompressed(inPieces(source, size))) read.push(chunk);
  expect(Buffer.concat(read).equals(Buffer.concat(expected))).toBe(true);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader, OPERATIONS, type SocketFrame } from './frame-codec.js';

const frame = fc.record({
  operation: fc.constantFrom(...OPERATIONS),
  id: fc.nat({ max: 0xffffffff }),
  number: fc.maxSafeNat(),
  subject: fc.string({ unit: 'grapheme' }),
  headers: fc.dictionary(fc.string({ minLength: 1 }), fc.string()).map((headers) => ({ ...headers })),
  data: fc.uint8Array(),
});

it('reads what was written, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(frame), fc.integer({ min: 1, max: 50 }), (frames, size) => {
      const bytes = Buffer.concat(frames.map((one) => encodeFrame(one as SocketFrame)));
      const reader = new FrameReader(1_000_000);
      const read: SocketFrame[] = [];
      for (let start = 0; start < bytes.byteLength; start += size) read.push(...reader.push(bytes.subarray(start, start + size)));
      expect(read.map((one) => ({ ...one, headers: { ...one.headers }, data: new Uint8Array(one.data) }))).toEqual(frames);
    }),
  );
});

it('refuses a frame beyond the limit before its bytes have come', () => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(2_000_000);
  expect(() => [...new FrameReader(1_000_000).push(head)]).toThrow(RangeError);
});

describe('headers that are no text', () => {
  it.each(['null', '[]', '5', '{"a":5}', '{"a":null}', '{"a":{}}', '{'])('%s: are refused', (headers) => {
    const bytes = encodeFrame({ operation: 'publish', subject: 's', headers: { a: 'bcd' } });
    const text = Buffer.from('{"a":"bcd"}');
    const at = bytes.indexOf(text);
    const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from(headers.padEnd(text.length))]);
    expect(() => [...new FrameReader(1_000).push(changed)]).toThrow();
  });
});

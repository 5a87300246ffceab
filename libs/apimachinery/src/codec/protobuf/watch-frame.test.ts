import { describe, expect, it } from 'vitest';
import { encodeProtobuf } from './envelope.js';
import { decodeWatchFrame, encodeWatchFrame } from './watch-frame.js';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', resourceVersion: '7' } };
const frame = Buffer.from(encodeWatchFrame('ADDED', encodeProtobuf(pod)));

describe('watch frames', () => {
  it('carry the length in four bytes, big endian', () => {
    expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
  });

  it('come back one by one from a stream of them', () => {
    const second = encodeWatchFrame('DELETED', encodeProtobuf(pod));
    const stream = Buffer.concat([frame, second]);
    const first = decodeWatchFrame(stream);
    expect(first).toEqual({ event: { type: 'ADDED', object: pod }, length: frame.length });
    expect(decodeWatchFrame(stream.subarray(first?.length))?.event.type).toBe('DELETED');
  });

  it('wait for the rest of a frame', () => {
    expect(decodeWatchFrame(frame.subarray(0, 3))).toBeUndefined();
    expect(decodeWatchFrame(frame.subarray(0, frame.length - 1))).toBeUndefined();
  });

  it('are refused when their length cannot be', () => {
    expect(() => decodeWatchFrame(Buffer.from('HTTP/1.1 400'))).toThrow('is too long');
  });
});

import { describe, expect, it } from 'vitest';
import { joinedPieces } from './joined-pieces.js';

const [a, b, c] = ['a', 'bb', 'ccc'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const join = (...pieces: Buffer[]): Uint8Array => joinedPieces(pieces, pieces.reduce((sum, { length }) => sum + length, 0));

describe('pieces as one chunk', () => {
  it('are shared by those who ask for the same ones, and by nobody else', () => {
    const first = join(a, b);
    expect(Buffer.from(first).toString()).toBe('abb');
    expect(join(a, b)).toBe(first);
    expect([join(a, c), join(b, a), join(a, b, c), join(a, b)].map((chunk) => Buffer.from(chunk).toString())).toEqual(['accc', 'bba', 'abbccc', 'abb']);
  });

  it('of one are that piece, and nothing is kept past the turn', async () => {
    expect(join(a)).toBe(a);
    const first = join(b, c);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(join(b, c)).not.toBe(first);
  });
});

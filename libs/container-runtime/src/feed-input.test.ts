import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { feed } from './feed-input.js';

test('input goes as fast as it is taken, and is given up where its reader is gone or its source breaks', async () => {
  async function* pieces(breaks: boolean): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < 100; piece += 1) yield Buffer.alloc(10_000);
    if (breaks) throw new Error('gone');
  }
  const target = new PassThrough();
  let size = 0;
  target.on('data', (chunk: Buffer) => (size += chunk.length));
  await feed(target, pieces(true));
  expect(size).toBe(1_000_000);
  const stuck = new PassThrough();
  const feeding = feed(stuck, pieces(false));
  setImmediate(() => stuck.destroy());
  await feeding;
});

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { OutputPumps } from './stream-pumps.js';

const never = new AbortController().signal;

test('outputs that stay open are closed when they have been quiet, and not before what they had is taken', async () => {
  const pumps = new OutputPumps();
  const [open, ended] = [new PassThrough(), new PassThrough()];
  const taken: string[] = [];
  const { promise: slow, resolve: go } = Promise.withResolvers<void>();
  pumps.add(open, async (chunk) => {
    await slow;
    taken.push(Buffer.from(chunk).toString());
  });
  pumps.add(ended, (chunk) => void taken.push(Buffer.from(chunk).toString()));
  open.write('one');
  ended.end('two');
  const draining = pumps.drain(never);
  setTimeout(go, 500);
  await draining;
  expect(taken.sort()).toEqual(['one', 'two']);
  expect(open.destroyed).toBe(true);
});

test('an output that cannot be passed on fails the whole', async () => {
  const pumps = new OutputPumps();
  const source = new PassThrough();
  pumps.add(source, () => Promise.reject(new Error('nobody is there')));
  source.end('one');
  await expect(pumps.drain(never)).rejects.toThrow('nobody is there');
});

import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { linesOf } from './http.js';

it('reads every line, also those that came before anybody asked, across pieces, and one that was cut off', async () => {
  const body = new PassThrough();
  const lines = linesOf(body);
  const text = Buffer.from('one\ntwö\nthree\nfou');
  body.write(text.subarray(0, 6));
  await nextTurn();
  body.write(text.subarray(6, 7));
  body.end(text.subarray(7));
  const seen: string[] = [];
  for await (const line of lines) seen.push(line);
  expect(seen).toEqual(['one', 'twö', 'three', 'fou']);
});

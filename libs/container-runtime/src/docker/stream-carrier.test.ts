import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { carry } from './stream-carrier.js';

it('ends the input of a process where it breaks, and carries the output on', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('the client is gone');
  }
  const output: string[] = [];
  // What goes in comes out, as from `cat`: its output ends when its input does.
  const process = new PassThrough();
  const streams = { tty: true, stdin: broken(), stdout: (chunk: Uint8Array) => void output.push(Buffer.from(chunk).toString()) };
  await carry(process, streams, () => Promise.resolve(), new AbortController().signal);
  expect(output.join('')).toBe('half');
});

import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { dropBody, readBody } from './read-body.js';

function requestOf(stream: PassThrough): IncomingMessage {
  return Object.assign(stream, { headers: {} }) as unknown as IncomingMessage;
}

it('is answered whole, in whatever pieces it came', async () => {
  const stream = new PassThrough();
  const body = readBody(requestOf(stream), 10);
  stream.write('ab');
  stream.end('cd');
  expect(Buffer.from((await body)!).toString()).toBe('abcd');
});

it('is refused when more comes than there may be', async () => {
  const stream = new PassThrough();
  const body = readBody(requestOf(stream), 3);
  stream.end('abcd');
  await expect(body).rejects.toMatchObject({ code: 413 });
});

it('is not kept any more once it is dropped: whoever sends it was refused', async () => {
  const stream = new PassThrough();
  const request = requestOf(stream);
  const body = readBody(request, 1_000_000);
  stream.write('ab');
  dropBody(request);
  stream.end(Buffer.alloc(500_000));
  expect((await body)?.length ?? 0).toBeLessThanOrEqual(2);
});

import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, createServer as createServer2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { bytesAnswer } from './answer.js';
import { respond } from './respond.js';
import { breakOff } from './response-sink.js';

const PIECE = Buffer.alloc(256 * 1024, 'a');
const PIECES = 400;

/** An answer that counts what was made of it. */
class Made {
  pieces = 0;
  #over = Promise.withResolvers<void>();
  readonly over = this.#over.promise;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (; this.pieces < PIECES; this.pieces++) yield PIECE;
    } finally {
      this.#over.resolve();
    }
  }
}

let closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers) close();
  closers = [];
});

/** The head of the answer whose body that is; nothing of the body is read yet. */
async function ask(body: Made, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const server = createServer((incoming, response) => void respond(incoming, response, bytesAnswer(200, 'text/plain', body)).catch(() => breakOff(response)));
  closers.push(() => void server.close().closeAllConnections());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const outgoing = request({ port: (server.address() as AddressInfo).port, headers, agent: false });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('an answer that is made while it is sent', () => {
  it('is not made faster than the client reads, and arrives whole', async () => {
    const body = new Made();
    const response = await ask(body);
    await once(response, 'readable');
    await new Promise((resolve) => setImmediate(resolve));
    expect(body.pieces).toBeLessThan(PIECES / 2);
    expect((await read(response)).length).toBe(PIECES * PIECE.length);
    expect(response.headers['content-length']).toBeUndefined();
  });

  it('is not made any further when the client has left', async () => {
    const body = new Made();
    const response = await ask(body);
    await once(response, 'readable');
    response.destroy();
    await body.over;
    expect(body.pieces).toBeLessThan(PIECES);
  });

  it('is compressed where the client takes that', async () => {
    const response = await ask(new Made(), { 'accept-encoding': 'gzip' });
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(await read(response)).length).toBe(PIECES * PIECE.length);
  });

  const cutOff = (): Made => ({ async *[Symbol.asyncIterator]() { yield PIECE; throw new Error('no more'); } }) as unknown as Made;

  it.each<Record<string, string>>([{}, { 'accept-encoding': 'gzip' }])('ends in an error when the rest cannot be made, asked with %j', async (headers) => {
    await expect(ask(cutOff(), headers).then(read)).rejects.toThrow(/aborted|hang up/);
    await expect(readOverHttp2(cutOff(), headers)).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  });
});

async function readOverHttp2(body: Made, headers: Record<string, string>): Promise<Buffer> {
  const server = createServer2((incoming, response) => void respond(incoming, response, bytesAnswer(200, 'text/plain', body)).catch(() => breakOff(response)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = connect(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  closers.push(() => session.destroy(), () => server.close());
  const chunks: Buffer[] = [];
  for await (const chunk of session.request({ ':path': '/', ...headers })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

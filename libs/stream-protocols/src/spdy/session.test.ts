import { once } from 'node:events';
import type { Socket } from 'node:net';
import { constants, inflateSync } from 'node:zlib';
import { AsyncQueue } from '@gantry/async';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DICTIONARY } from './dictionary.js';
import { controlBytes, dataBytes, FRAME, numbersBytes, readFrames, RST } from './frames.js';
import type { ControlFrame, DataFrame } from './frames.js';
import { SpdySession } from './session.js';
import { HeaderWriter, socketPair, synStream } from './spdy-client.suite.js';
import type { SpdyStream } from './stream.js';

let server: Socket;
let client: Socket;
let session: SpdySession;
let streams: AsyncQueue<SpdyStream>;
let headers: HeaderWriter;
beforeEach(async () => {
  [server, client] = await socketPair();
  streams = new AsyncQueue();
  headers = new HeaderWriter();
  session = new SpdySession(server, Buffer.alloc(0), { onStream: (stream) => void streams.push(stream) });
});
afterEach(async () => {
  client.destroy();
  await session.closed;
  if (!server.closed) await once(server, 'close');
});

async function opened(id: number, given: Record<string, string> = { streamType: 'data' }): Promise<SpdyStream> {
  client.write(synStream(id, await headers.block(given)));
  return (await streams.next()).value as SpdyStream;
}

const sent = (): AsyncGenerator<ControlFrame | DataFrame> => readFrames(client);

async function control(frames: AsyncGenerator<ControlFrame | DataFrame>, type: number): Promise<ControlFrame> {
  for (;;) {
    const { value } = await frames.next();
    if (value === undefined) throw new Error('the connection ended');
    if (value.kind === 'control' && value.type === type) return value;
  }
}

async function text(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a session', () => {
  test('answers streams and knows their headers, packed one after the other', async () => {
    const frames = sent();
    const first = await opened(1, { streamType: 'error', port: '80' });
    const second = await opened(3, { StreamType: 'data', port: '80' });
    expect([first.id, { ...first.headers }, second.id, { ...second.headers }]).toEqual([1, { streamtype: 'error', port: '80' }, 3, { streamtype: 'data', port: '80' }]);
    const [one, two] = [await control(frames, FRAME.synReply), await control(frames, FRAME.synReply)];
    expect([one.body.readUInt32BE(0), two.body.readUInt32BE(0)]).toEqual([1, 3]);
    const unpacked = inflateSync(Buffer.concat([one.body.subarray(4), two.body.subarray(4)]), { dictionary: DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH });
    expect(unpacked).toEqual(Buffer.alloc(8));
  });

  test('carries both directions, each to its own end', async () => {
    const frames = sent();
    const stream = await opened(1);
    client.write(Buffer.concat([dataBytes(1, Buffer.from('ab'), false), dataBytes(1, Buffer.from('c'), true)]));
    expect(await text(stream.readable)).toBe('abc');
    await stream.write(Buffer.from('answer'));
    await stream.end();
    await expect(stream.write(Buffer.from('more'))).rejects.toThrow();
    await control(frames, FRAME.synReply);
    const data: (ControlFrame | DataFrame | undefined)[] = [(await frames.next()).value, (await frames.next()).value];
    expect(data).toEqual([{ kind: 'data', stream: 1, data: Buffer.from('answer'), isEnd: false }, { kind: 'data', stream: 1, data: Buffer.alloc(0), isEnd: true }]);
  });

  test('answers pings of the client, and not its own', async () => {
    const frames = sent();
    const ping = (id: number): Buffer => controlBytes(FRAME.ping, 0, Buffer.from([0, 0, 0, id]));
    client.write(Buffer.concat([ping(2), ping(7)]));
    expect((await control(frames, FRAME.ping)).body[3]).toBe(7);
  });

  test('stops the writer when the client does not read, and goes on when it does', async () => {
    const stream = await opened(1);
    let written = 0;
    const writing = (async () => {
      for (let count = 0; count < 1024; count += 1) {
        await stream.write(Buffer.alloc(64 * 1024));
        written += 64 * 1024;
      }
      await stream.end();
    })();
    await new Promise<void>((resolve) => {
      const look = (before: number): void => void setImmediate(() => (written === before && server.writableNeedDrain ? resolve() : look(written)));
      look(-1);
    });
    expect(written).toBeLessThan(64 * 1024 * 1024);
    let received = 0;
    for await (const frame of sent()) {
      if (frame.kind === 'data') received += frame.data.length;
      if (frame.kind === 'data' && frame.isEnd) break;
    }
    await writing;
    expect(received).toBe(64 * 1024 * 1024);
  });

  test('stops reading when nobody takes what came, and goes on when somebody does', async () => {
    const stream = await opened(1);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let count = 0; count < 32; count += 1) client.write(dataBytes(1, chunk, count === 31));
    await new Promise<void>((resolve) => {
      let [before, same] = [-1, 0];
      const look = (): void => {
        same = server.bytesRead === before ? same + 1 : 0;
        before = server.bytesRead;
        if (before > 1024 * 1024 && same > 50) resolve();
        else setImmediate(look);
      };
      look();
    });
    expect(server.bytesRead).toBeLessThan(16 * 1024 * 1024);
    expect((await text(stream.readable)).length).toBe(32 * 1024 * 1024);
  });

  test('sends no more than a client that keeps account allows', async () => {
    const frames = sent();
    const settings = Buffer.alloc(12);
    settings.writeUInt32BE(1, 0);
    settings.writeUInt32BE(7, 4);
    settings.writeUInt32BE(10, 8);
    client.write(controlBytes(FRAME.settings, 0, settings));
    const stream = await opened(1);
    const writing = stream.write(Buffer.from('0123456789abcde'));
    await control(frames, FRAME.synReply);
    expect(((await frames.next()).value as DataFrame).data.toString()).toBe('0123456789');
    client.write(numbersBytes(FRAME.windowUpdate, 1, 100));
    expect(((await frames.next()).value as DataFrame).data.toString()).toBe('abcde');
    await writing;
  });

  test('tells a client that keeps account what was taken', async () => {
    const frames = sent();
    const stream = await opened(1);
    client.write(dataBytes(1, Buffer.alloc(40_000), true));
    await text(stream.readable);
    let taken = 0;
    while (taken < 32 * 1024) taken += (await control(frames, FRAME.windowUpdate)).body.readUInt32BE(4);
    expect(taken).toBeLessThanOrEqual(40_000);
  });

  test('breaks what a client resets, and says what is reset here', async () => {
    const frames = sent();
    const [one, two] = [await opened(1), await opened(3)];
    client.write(numbersBytes(FRAME.rstStream, 1, RST.cancel));
    await expect(text(one.readable)).rejects.toThrow('the client reset the stream');
    two.reset();
    expect((await control(frames, FRAME.rstStream)).body.readUInt32BE(0)).toBe(3);
    await expect(two.write(Buffer.from('x'))).rejects.toThrow();
  });

  test('ends all streams when the client leaves', async () => {
    const stream = await opened(1);
    client.destroy();
    await expect(text(stream.readable)).rejects.toThrow();
    await session.closed;
  });

  test('lets the client have everything before it closes', async () => {
    const stream = await opened(1);
    const all = text(client as AsyncIterable<Buffer>);
    await stream.write(Buffer.alloc(300_000, '~'));
    await stream.end();
    session.close();
    expect((await all).match(/~/g)?.length).toBe(300_000);
    client.end();
    expect(await session.closed).toBeUndefined();
  });
});

describe('what breaks the rules ends the session and nothing else', () => {
  const zipBomb = (): Promise<Buffer> => headers.block({ a: 'x'.repeat(1_000_000) });
  test.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
    ['another version', () => Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]), /version 2/],
    ['a control frame that is too long', () => Buffer.from([0x80, 0x03, 0, 1, 0, 0xff, 0xff, 0xff]), /too long/],
    ['headers that are not packed', () => synStream(1, Buffer.from('garbage')), /cannot be read/],
    ['headers that grow when they are unpacked', async () => synStream(1, await zipBomb()), /too long/],
    ['an even number', async () => synStream(2, await headers.block({})), /cannot be opened/],
    ['data of no stream', () => dataBytes(9, Buffer.from('x'), false), /never opened/],
    ['a frame that is too short', () => controlBytes(FRAME.windowUpdate, 0, Buffer.from([1])), /too short/],
    ['settings that are not there', () => controlBytes(FRAME.settings, 0, Buffer.from([0, 0, 0, 9])), /too short/],
  ])('%s', async (_what, bytes, reason) => {
    client.write(await bytes());
    client.resume();
    expect(await session.closed).toMatch(reason);
  });

  test('whatever comes', async () => {
    const block = await headers.block({ streamType: 'data', port: '80' });
    const whole = Buffer.concat([synStream(1, block), dataBytes(1, Buffer.from('hello'), false), controlBytes(FRAME.ping, 0, Buffer.from([0, 0, 0, 1])), numbersBytes(FRAME.windowUpdate, 1, 5), dataBytes(1, Buffer.from('x'), true)]);
    const changed = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }).map((changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    const random = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, random), fc.nat(60), async (bytes, cut) => {
        const [there, here] = await socketPair();
        const one = new SpdySession(there, bytes.subarray(0, cut), { onStream: (stream) => void text(stream.readable).catch(() => undefined) });
        here.resume();
        here.end(bytes.subarray(cut));
        await one.closed;
        here.destroy();
        if (!there.closed) await once(there, 'close');
      }),
      { numRuns: 200 },
    );
  });
});

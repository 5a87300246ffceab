import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../bus.js';
import type { Current } from './harness.suite.js';
import { bytes, collector, text } from './collect.suite.js';

const LONG = 15_000;
const MEGABYTE = 1024 * 1024;

async function readAll(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes that tell where they stand. */
function pattern(size: number): Uint8Array {
  const data = new Uint8Array(size);
  for (let index = 0; index < size; index += 1) data[index] = (index * 31 + (index >> 8)) & 0xff;
  return data;
}

export function describeStreams(current: Current): void {
  /** Opens a stream from left to right and gives both sides. */
  async function pair(): Promise<{ opener: ByteStream; acceptor: ByteStream }> {
    const { left, right, settle } = current();
    const accepted = collector<ByteStream>();
    right.acceptStreams('pair', (stream) => {
      stream.accept();
      accepted.push(stream);
    });
    await settle(right);
    const opener = await left.openStream('pair', { timeoutMs: LONG });
    return { opener, acceptor: await accepted.next() };
  }

  describe('byte streams', () => {
    it('opens with headers both ways', async () => {
      const { left, right, settle } = current();
      const seen = collector<[string, Readonly<Record<string, string>>]>();
      right.acceptStreams('files.*', (stream) => {
        seen.push([stream.subject, stream.headers]);
        stream.accept({ status: '200' });
        return stream.end();
      });
      await settle(right);
      const stream = await left.openStream('files.x', { timeoutMs: LONG, headers: { path: '/log' } });
      expect(stream.headers).toEqual({ status: '200' });
      expect(await seen.next()).toEqual(['files.x', { path: '/log' }]);
      expect(await readAll(stream)).toHaveLength(0);
      await stream.end();
      expect(await stream.closed).toBeUndefined();
    });

    it('carries ten megabytes each way at once, unchanged', async () => {
      const { opener, acceptor } = await pair();
      const data = pattern(10 * MEGABYTE);
      const send = async (stream: ByteStream): Promise<void> => {
        for (let start = 0; start < data.byteLength; start += 700_000) await stream.write(data.subarray(start, start + 700_000));
        await stream.end();
      };
      const [there, back] = await Promise.all([readAll(acceptor), readAll(opener), send(opener), send(acceptor)]);
      expect(Buffer.compare(there, data)).toBe(0);
      expect(Buffer.compare(back, data)).toBe(0);
      expect(await opener.closed).toBeUndefined();
      expect(await acceptor.closed).toBeUndefined();
    });

    it('stops the writer when nobody reads, and goes on when somebody does', async () => {
      const { opener, acceptor } = await pair();
      let written = 0;
      const writing = (async () => {
        for (let count = 0; count < 80; count += 1) {
          await opener.write(new Uint8Array(128 * 1024));
          written += 128 * 1024;
        }
        await opener.end();
      })();
      // A round trip on the same bus: had the window room, the writer would have used it by then.
      const { left, right, settle } = current();
      right.respond('ping', () => ({ data: bytes('') }));
      await settle(right);
      for (let count = 0; count < 50; count += 1) await left.request('ping', bytes(''), { timeoutMs: LONG });
      expect(written).toBeLessThanOrEqual(MEGABYTE);
      expect(written).toBeGreaterThan(0);
      expect((await readAll(acceptor)).byteLength).toBe(10 * MEGABYTE);
      await writing;
    });

    it('half-closes: one side has ended, the other goes on', async () => {
      const { opener, acceptor } = await pair();
      await opener.write(bytes('question'));
      await opener.end();
      expect(text(await readAll(acceptor))).toBe('question');
      await acceptor.write(bytes('answer'));
      await acceptor.end();
      expect(text(await readAll(opener))).toBe('answer');
      await expect(opener.write(bytes('more'))).rejects.toMatchObject({ code: 'cancelled' });
    });

    it('cancels both directions with the reason', async () => {
      const { opener, acceptor } = await pair();
      const reading = expect(readAll(acceptor)).rejects.toMatchObject({ code: 'cancelled', message: 'had enough' });
      opener.cancel('had enough');
      await reading;
      expect(await acceptor.closed).toBe('had enough');
      expect(await opener.closed).toBe('had enough');
      await expect(acceptor.write(bytes('x'))).rejects.toMatchObject({ code: 'cancelled' });
    });

    it('is cancelled by its signal after it was opened', async () => {
      const { left, right, settle } = current();
      const accepted = collector<ByteStream>();
      right.acceptStreams('s', (stream) => {
        stream.accept();
        accepted.push(stream);
      });
      await settle(right);
      const controller = new AbortController();
      await left.openStream('s', { timeoutMs: LONG, signal: controller.signal });
      const acceptor = await accepted.next();
      controller.abort();
      expect(await acceptor.closed).toBe('the stream was cancelled');
    });

    it('wakes a writer that waits for room when the stream breaks', async () => {
      const { opener, acceptor } = await pair();
      const writing = expect(opener.write(new Uint8Array(3 * MEGABYTE))).rejects.toMatchObject({ code: 'cancelled' });
      acceptor.cancel('no');
      await writing;
    });

    it('refuses when the handler throws', async () => {
      const { left, right, settle } = current();
      right.acceptStreams('s', async () => {
        throw new Error('no such file');
      });
      await settle(right);
      await expect(left.openStream('s', { timeoutMs: LONG })).rejects.toMatchObject({ code: 'refused', message: 'no such file' });
    });

    it('fails to open when nobody accepts, and when the deadline passes', async () => {
      const { left, right, settle } = current();
      await expect(left.openStream('nobody', { timeoutMs: LONG })).rejects.toMatchObject({ code: 'no-responders' });
      const closed = collector<string | undefined>();
      right.acceptStreams('slow', (stream) => void stream.closed.then(closed.push));
      await settle(right);
      await expect(left.openStream('slow', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
      expect(await closed.next()).toBe('the opener gave up');
    });

    it('breaks when a chunk is lost, and never skips it', async () => {
      const { faults } = current();
      const { opener, acceptor } = await pair();
      const isFrame = (first: number) => (message: { data: Uint8Array }) => message.data[0] === first;
      faults.drop(isFrame(2), { times: 1 });
      const seen: number[] = [];
      const reading = (async () => {
        for await (const chunk of acceptor.readable) seen.push(chunk[0] as number);
      })();
      const broken = expect(reading).rejects.toMatchObject({ code: 'disconnected' });
      for (const value of [1, 2, 3]) await opener.write(Uint8Array.of(value));
      await broken;
      expect(seen.every((value) => value === 1)).toBe(true);
      expect(await opener.closed).toBe('a chunk of the stream was lost');
    });

    it('reads a repeated chunk once', async () => {
      const { faults } = current();
      const { opener, acceptor } = await pair();
      faults.duplicate((message) => message.data.byteLength === 3);
      await opener.write(bytes('abc'));
      await opener.write(bytes('def'));
      await opener.end();
      expect(text(await readAll(acceptor))).toBe('abcdef');
    });
  });
}

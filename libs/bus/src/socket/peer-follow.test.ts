import { expect, it } from 'vitest';
import { createMemoryBus } from '../memory/memory-bus.js';
import type { FrameParts } from './frame-codec.js';
import type { FrameConnection } from './frame-connection.js';
import { FOLLOW_BUFFER_BYTES, PeerFollow } from './peer-follow.js';

/** A connection whose other side reads only when the test says so. */
function slowConnection() {
  const sent: FrameParts[] = [];
  const waiting: (() => void)[] = [];
  let buffered = 0;
  const connection = {
    get buffered() {
      return buffered;
    },
    open: true,
    send: (frame: FrameParts) => {
      sent.push(frame);
      buffered += frame.data?.byteLength ?? 0;
    },
    onDrained: (listener: () => void) => waiting.push(listener),
  };
  const read = (): void => {
    buffered = 0;
    for (const listener of waiting.splice(0)) listener();
  };
  return { connection: connection as unknown as FrameConnection, sent, read, buffered: () => buffered };
}

it('buffers no more than its bound for a peer that does not read, then goes on or says the gap', async () => {
  const bus = createMemoryBus({ watchLimits: { messages: 40, bytes: 64 * 1024 * 1024 } });
  await bus.watch.ensure(1);
  const { connection, sent, read, buffered } = slowConnection();
  await new PeerFollow(bus, connection, 1, undefined, 1).start(false);
  const size = 512 * 1024;
  const publish = async (from: number, to: number): Promise<void> => {
    for (let sequence = from; sequence <= to; sequence += 1) await bus.watch.publish('watch.a', new Uint8Array(size), {}, sequence);
  };
  await publish(1, 20);
  await expect.poll(() => buffered()).toBeGreaterThan(FOLLOW_BUFFER_BYTES);
  expect(buffered()).toBeLessThanOrEqual(FOLLOW_BUFFER_BYTES + size);
  const shown = sent.length;
  read();
  await expect.poll(() => sent.length).toBeGreaterThan(shown);
  expect(sent.map(({ number }) => number)).toEqual(sent.map((_, index) => index + 1));
  await publish(21, 100);
  read();
  await expect.poll(() => sent.some(({ operation }) => operation === 'gap')).toBe(true);
  const gap = sent.findIndex(({ operation }) => operation === 'gap');
  expect(sent[gap]).toMatchObject({ number: 61, headers: { expected: String(Number(sent[gap - 1]?.number) + 1) } });
  await bus.close();
});

it('follows nothing any more when it was closed before it began', async () => {
  const bus = createMemoryBus();
  await bus.watch.ensure(1);
  const { connection, sent } = slowConnection();
  const follow = new PeerFollow(bus, connection, 1, undefined, 1);
  const starting = follow.start(true);
  follow.close();
  await starting;
  await bus.watch.publish('watch.a', new Uint8Array(1), {}, 1);
  await bus.watch.lastSequence();
  expect(sent).toEqual([]);
  await bus.close();
});

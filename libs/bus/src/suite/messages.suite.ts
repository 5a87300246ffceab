import { describe, expect, it } from 'vitest';
import type { BusMessage } from '../bus.js';
import type { Current } from './harness.suite.js';
import { bytes, collector, text } from './collect.suite.js';

export function describeMessages(current: Current): void {
  describe('publish and subscribe', () => {
    it('delivers bytes and headers, later than the call', async () => {
      const { left, right, settle } = current();
      const got = collector<BusMessage>();
      right.subscribe('a.b', got.push);
      await settle(right);
      left.publish('a.b', bytes('hello'), { one: '1' });
      expect(got.values).toEqual([]);
      const message = await got.next();
      expect([message.subject, text(message.data), message.headers]).toEqual(['a.b', 'hello', { one: '1' }]);
    });

    it('has taken the bytes when the call returns: the sender may write over them', async () => {
      const { left, right, settle } = current();
      const got = collector<BusMessage>();
      right.subscribe('a', got.push);
      await settle(right);
      const buffer = bytes('before');
      left.publish('a', buffer);
      buffer.fill(0);
      expect(text((await got.next()).data)).toBe('before');
    });

    it('keeps the order of one sender', async () => {
      const { left, right, settle } = current();
      const got = collector<BusMessage>();
      right.subscribe('order.>', got.push);
      await settle(right);
      for (let index = 0; index < 2000; index += 1) left.publish(`order.${index % 3}`, bytes(String(index)));
      await got.count(2000);
      expect(got.values.map((message) => Number(text(message.data)))).toEqual(Array.from({ length: 2000 }, (_, index) => index));
    });

    it.each([
      ['a.*.c', ['a.b.c', 'a.x.c'], ['a.b', 'a.b.c.d', 'b.b.c']],
      ['a.>', ['a.b', 'a.b.c'], ['a', 'b.a']],
      ['*', ['a', 'z'], ['a.b']],
      ['>', ['a', 'a.b.c'], []],
      ['*.b.>', ['a.b.c', 'x.b.c.d'], ['a.b', 'a.c.b']],
    ])('matches %s', async (pattern, inside, outside) => {
      const { left, right, settle } = current();
      const got = collector<string>();
      right.subscribe(pattern, (message) => got.push(message.subject));
      right.subscribe('the-end', (message) => got.push(message.subject));
      await settle(right);
      for (const subject of [...outside, ...inside, 'the-end']) left.publish(subject, bytes(''));
      await got.until((subject) => subject === 'the-end');
      expect(got.values.filter((subject) => subject !== 'the-end')).toEqual(inside);
    });

    it('gives a message of a queue to one member, and each member some', async () => {
      const { left, right, settle } = current();
      const first = collector<string>();
      const second = collector<string>();
      const watcher = collector<string>();
      right.subscribe('jobs', (message) => first.push(text(message.data)), { queue: 'workers' });
      left.subscribe('jobs', (message) => second.push(text(message.data)), { queue: 'workers' });
      right.subscribe('jobs', (message) => watcher.push(text(message.data)));
      await settle(right);
      await settle(left);
      for (let index = 0; index < 100; index += 1) left.publish('jobs', bytes(String(index)));
      await watcher.count(100);
      await expect.poll(() => first.values.length + second.values.length).toBe(100);
      expect(new Set([...first.values, ...second.values]).size).toBe(100);
      expect(first.values.length).toBeGreaterThan(0);
      expect(second.values.length).toBeGreaterThan(0);
    });

    it('delivers nothing to a closed subscription', async () => {
      const { left, right, settle } = current();
      const closed = collector<BusMessage>();
      const open = collector<BusMessage>();
      const subscription = right.subscribe('a', closed.push);
      right.subscribe('a', open.push);
      await settle(right);
      await subscription.close();
      left.publish('a', bytes('x'));
      await open.next();
      expect(closed.values).toEqual([]);
    });

    it('refuses what is larger than a message may be', () => {
      const { left } = current();
      expect(() => left.publish('a', new Uint8Array(left.maxPayload + 1))).toThrow(expect.objectContaining({ code: 'too-large' }));
    });

    it('carries a message of exactly the largest size', async () => {
      const { left, right, settle } = current();
      const got = collector<BusMessage>();
      right.subscribe('a', got.push);
      await settle(right);
      left.publish('a', new Uint8Array(left.maxPayload).fill(7));
      const { data } = await got.next();
      expect([data.byteLength, data[0], data.at(-1)]).toEqual([left.maxPayload, 7, 7]);
    });

    it.each(['', 'a..b', '.a', 'a.*', 'a.>', 'a b'])('publishes nothing on %j', (subject) => {
      expect(() => current().left.publish(subject, bytes('x'))).toThrow(RangeError);
    });
  });
}

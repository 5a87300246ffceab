import { describe, expect, it } from 'vitest';
import type { Bus, FollowOptions } from '../bus.js';
import type { Current } from './harness.suite.js';
import { bytes, collector, text } from './collect.suite.js';

type Seen = number | { expected: number; next: number };

async function publishRange(bus: Bus, from: number, to: number, subject = 'watch.core.pods.default.a'): Promise<void> {
  const sent: Promise<void>[] = [];
  for (let sequence = from; sequence <= to; sequence += 1) sent.push(bus.watch.publish(subject, bytes(String(sequence)), {}, sequence));
  await Promise.all(sent);
}

export function describeWatchStream(current: Current): void {
  async function follow(bus: Bus, options: Omit<FollowOptions, 'onMessage' | 'onGap'>) {
    const seen = collector<Seen>();
    const subscription = await bus.watch.follow({ ...options, onMessage: (message) => seen.push(message.sequence), onGap: seen.push });
    return { seen, subscription };
  }

  describe('watch stream', () => {
    it('does not exist before it is made', async () => {
      const { left } = current();
      await expect(left.watch.lastSequence()).rejects.toMatchObject({ code: 'no-responders' });
      await expect(left.watch.publish('watch.a', bytes(''), {}, 1)).rejects.toMatchObject({ code: 'no-responders' });
    });

    it('begins at the sequence it was made with, once', async () => {
      const { left, right } = current();
      await left.watch.ensure(42);
      await right.watch.ensure(7);
      expect(await left.watch.lastSequence()).toBe(41);
      await publishRange(left, 42, 43);
      expect(await right.watch.lastSequence()).toBe(43);
    });

    it('refuses every other sequence with the last one, and keeps its place', async () => {
      const { left } = current();
      await left.watch.ensure(1);
      await publishRange(left, 1, 3);
      for (const wrong of [1, 3, 5, 100]) {
        await expect(left.watch.publish('watch.a', bytes('x'), {}, wrong)).rejects.toMatchObject({ code: 'wrong-sequence', lastSequence: 3 });
      }
      await publishRange(left, 4, 4);
      expect(await left.watch.lastSequence()).toBe(4);
    });

    it('shows a follower the kept and the coming messages in order, each once, with bytes and headers', async () => {
      const { left, right } = current();
      await left.watch.ensure(1);
      await publishRange(left, 1, 5);
      const seen = collector<[number, string, string, string | undefined]>();
      await right.watch.follow({ fromSequence: 3, onMessage: (message) => seen.push([message.sequence, message.subject, text(message.data), message.headers.type]) });
      await left.watch.publish('watch.core.pods.default.b', bytes('six'), { type: 'ADDED' }, 6);
      await seen.count(4);
      expect(seen.values.map(([sequence]) => sequence)).toEqual([3, 4, 5, 6]);
      expect(seen.values[3]).toEqual([6, 'watch.core.pods.default.b', 'six', 'ADDED']);
    });

    it('follows some subjects only', async () => {
      const { left, right } = current();
      await left.watch.ensure(1);
      const { seen } = await follow(right, { fromSequence: 1, subjects: ['watch.core.pods.>', 'watch.apps.*.x.y'] });
      const subjects = ['watch.core.pods.a.b', 'watch.core.nodes._.n', 'watch.apps.deployments.x.y', 'watch.apps.deployments.x.z', 'watch.core.pods.a.c'];
      for (const [index, subject] of subjects.entries()) await left.watch.publish(subject, bytes(''), {}, index + 1);
      await seen.until((value) => value === 5);
      expect(seen.values).toEqual([1, 3, 5]);
    });

    it('waits for a sequence that is not there yet', async () => {
      const { left, right } = current();
      await left.watch.ensure(1);
      const { seen } = await follow(right, { fromSequence: 4 });
      await publishRange(left, 1, 6);
      await seen.until((value) => value === 6);
      expect(seen.values).toEqual([4, 5, 6]);
    });

    it('may be followed before it exists', async () => {
      const { left, right } = current();
      const { seen } = await follow(right, { fromSequence: 10 });
      await left.watch.ensure(10);
      await publishRange(left, 10, 11);
      await seen.count(2);
      expect(seen.values).toEqual([10, 11]);
    });

    it('says the gap first when what was asked for is no longer kept', async () => {
      const { left, right } = current();
      await left.watch.ensure(1);
      await publishRange(left, 1, 3);
      await left.watch.purgeTo(10);
      expect(await left.watch.lastSequence()).toBe(9);
      const { seen } = await follow(right, { fromSequence: 2 });
      await publishRange(left, 10, 11);
      await seen.count(3);
      expect(seen.values).toEqual([{ expected: 2, next: 10 }, 10, 11]);
    });

    it('says the gap to who was following when it is purged forward', async () => {
      const { left, right } = current();
      await left.watch.ensure(1);
      const { seen } = await follow(right, { fromSequence: 1 });
      await publishRange(left, 1, 2);
      await seen.count(2);
      await left.watch.purgeTo(20);
      await publishRange(left, 20, 20);
      await seen.count(4);
      expect(seen.values).toEqual([1, 2, { expected: 3, next: 20 }, 20]);
    });

    it('says the gap when it starts over at a smaller sequence', async () => {
      const { left, right } = current();
      await left.watch.ensure(100);
      const { seen } = await follow(right, { fromSequence: 100 });
      await publishRange(left, 100, 101);
      await seen.count(2);
      await left.watch.purgeTo(5);
      await publishRange(left, 5, 6);
      await seen.count(5);
      expect(seen.values).toEqual([100, 101, { expected: 102, next: 5 }, 5, 6]);
    });

    it('shows nothing to a follower that closed', async () => {
      const { left, right } = current();
      await left.watch.ensure(1);
      const closed = await follow(right, { fromSequence: 1 });
      const open = await follow(right, { fromSequence: 1 });
      await closed.subscription.close();
      await publishRange(left, 1, 2);
      await open.seen.count(2);
      expect(closed.seen.values).toEqual([]);
    });

    it('is also heard by plain subscribers, even where the stream refuses', async () => {
      const { left, right, settle } = current();
      await left.watch.ensure(1);
      const heard = collector<string>();
      right.subscribe('watch.>', (message) => heard.push(text(message.data)));
      await settle(right);
      await publishRange(left, 1, 1);
      await expect(left.watch.publish('watch.a', bytes('early'), {}, 3)).rejects.toMatchObject({ code: 'wrong-sequence' });
      await heard.count(2);
      expect(heard.values).toEqual(['1', 'early']);
    });

    it('refuses all that follow a lost publish until it is made good', async () => {
      const { left, right, faults } = current();
      await left.watch.ensure(1);
      const { seen } = await follow(right, { fromSequence: 1 });
      faults.drop((message) => text(message.data) === '2', { times: 1 });
      const results = await Promise.allSettled([1, 2, 3, 4].map((sequence) => publishRange(left, sequence, sequence)));
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
      expect(results.slice(2)).toMatchObject([{ reason: { code: 'wrong-sequence', lastSequence: 1 } }, { reason: { code: 'wrong-sequence', lastSequence: 1 } }]);
      await publishRange(left, 2, 4);
      await seen.count(4);
      expect(seen.values).toEqual([1, 2, 3, 4]);
    });

    it('keeps a message whose acknowledgement was lost', async () => {
      const { left, faults } = current();
      await left.watch.ensure(1);
      faults.drop('watch.>', { times: 1, at: 'reply' });
      await expect(publishRange(left, 1, 1)).rejects.toMatchObject({ code: 'timeout' });
      expect(await left.watch.lastSequence()).toBe(1);
    });
  });
}

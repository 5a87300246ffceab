import { describe, expect, it } from 'vitest';
import type { BusMessage } from '../bus.js';
import { describeBus } from '../bus.suite.js';
import { bytes, collector, text } from '../suite/collect.suite.js';
import { createMemoryBus } from './memory-bus.js';

describeBus('memory bus', async () => {
  const bus = createMemoryBus();
  return { left: bus, right: bus, faults: bus.faults, settle: () => Promise.resolve(), stop: () => bus.close() };
});

describe('memory bus under faults', () => {
  it('loses, repeats, holds and swaps messages as told', async () => {
    const bus = createMemoryBus();
    const got = collector<string>();
    bus.subscribe('a', (message) => got.push(text(message.data)));
    const send = (...values: string[]): void => values.forEach((value) => bus.publish('a', bytes(value)));
    bus.faults.drop('a', { times: 1 });
    send('lost', 'kept');
    bus.faults.duplicate((message) => text(message.data) === 'twice');
    send('twice');
    const held = bus.faults.delay((message) => text(message.data) === 'late');
    send('late', 'in time');
    expect(held.held).toBe(1);
    held.remove();
    const swapped = bus.faults.reorder('a', { times: 2 });
    send('second', 'first');
    expect(swapped.held).toBe(0);
    await got.count(7);
    expect(got.values).toEqual(['kept', 'twice', 'twice', 'in time', 'late', 'first', 'second']);
    await bus.close();
  });

  it('fails requests and streams, and loses publishes, while it is cut', async () => {
    const bus = createMemoryBus();
    const seen: boolean[] = [];
    const got = collector<BusMessage>();
    bus.onConnection((connected) => seen.push(connected));
    bus.subscribe('a', got.push);
    bus.respond('b', () => new Promise(() => undefined));
    bus.acceptStreams('c', (stream) => stream.accept());
    const stream = await bus.openStream('c', { timeoutMs: 5000 });
    const pending = expect(bus.request('b', bytes(''), { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'disconnected' });
    bus.faults.cut();
    await pending;
    expect(await stream.closed).toBe('the bus is cut');
    bus.publish('a', bytes('lost'));
    await expect(bus.request('b', bytes(''), { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'disconnected' });
    await expect(bus.watch.ensure(1)).rejects.toMatchObject({ code: 'disconnected' });
    bus.faults.heal();
    bus.publish('a', bytes('after'));
    expect(text((await got.next()).data)).toBe('after');
    expect(seen).toEqual([true, false, true]);
    await bus.close();
  });

  it('keeps only so much of the watch stream, by count and by bytes', async () => {
    const bus = createMemoryBus({ watchLimits: { messages: 10, bytes: 100_000 } });
    await bus.watch.ensure(1);
    const first = async (): Promise<number> => {
      const seen = collector<number>();
      const subscription = await bus.watch.follow({ fromSequence: 1, onMessage: (message) => seen.push(message.sequence) });
      const value = await seen.next();
      await subscription.close();
      return value;
    };
    for (let sequence = 1; sequence <= 5000; sequence += 1) await bus.watch.publish('watch.a', bytes(''), {}, sequence);
    expect(await first()).toBe(4991);
    for (let sequence = 5001; sequence <= 5010; sequence += 1) await bus.watch.publish('watch.a', new Uint8Array(30_000), {}, sequence);
    expect(await first()).toBe(5008);
    await bus.close();
  });

  it('hands an error of a handler to its owner and delivers to the others', async () => {
    const errors: unknown[] = [];
    const bus = createMemoryBus({ onHandlerError: (error) => errors.push(error) });
    const got = collector<BusMessage>();
    bus.subscribe('a', () => {
      throw new Error('mine');
    });
    bus.subscribe('a', got.push);
    bus.publish('a', bytes('x'));
    await got.next();
    expect(errors).toEqual([new Error('mine')]);
    await bus.close();
  });
});

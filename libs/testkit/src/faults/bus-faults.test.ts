import { createMemoryBus, type Bus } from '@gantry/bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../random.js';
import { BusFaults } from './bus-faults.js';

let inner: Bus;
let faults: BusFaults;
let bus: Bus;
beforeEach(() => {
  inner = createMemoryBus();
  faults = new BusFaults(new Random(1));
  bus = faults.decorate(inner);
});
afterEach(async () => {
  faults.stop();
  await inner.close();
});

async function followed(count: number): Promise<number[]> {
  const seen: number[] = [];
  let last = 0;
  await inner.watch.ensure(1);
  await bus.watch.follow({ fromSequence: 1, onMessage: ({ sequence }) => seen.push(sequence) });
  await inner.watch.follow({ fromSequence: 1, onMessage: ({ sequence }) => (last = sequence) });
  for (let sequence = 1; sequence <= count; sequence += 1) await inner.watch.publish('watch.a', Buffer.from('x'), {}, sequence);
  await vi.waitFor(() => expect(last).toBe(count));
  return seen;
}

describe('a bus with faults', () => {
  it('is as it was while there are none', async () => {
    expect(await followed(5)).toEqual([1, 2, 3, 4, 5]);
    bus.respond('ask', ({ data }) => ({ data }));
    expect(Buffer.from((await bus.request('ask', Buffer.from('hi'), { timeoutMs: 1_000 })).data).toString()).toBe('hi');
  });

  it('doubles, drops and swaps what followers are shown, and what is not of the subjects stays', async () => {
    faults.rates = [{ subjects: 'watch.>', duplicate: 1 }];
    expect(await followed(3)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(faults.struck).toBe(3);
  });

  it('drops', async () => {
    faults.rates = [{ subjects: 'watch.>', drop: 1 }];
    expect(await followed(3)).toEqual([]);
  });

  it('swaps', async () => {
    faults.rates = [{ subjects: 'watch.>', reorder: 1 }];
    expect(await followed(4)).toEqual([2, 1, 4, 3]);
  });

  it('says of a lost request or answer that there was none, and the same seed loses the same ones', async () => {
    const outcomes = async (): Promise<string> => {
      const one = new BusFaults(new Random(3));
      one.rates = [{ subjects: 'ask', drop: 0.3 }];
      const faulty = one.decorate(inner);
      const said: string[] = [];
      for (let time = 0; time < 20; time += 1) said.push(await faulty.request('ask', Buffer.from('hi'), { timeoutMs: 1_000 }).then(() => 'ok', (error: { code: string }) => error.code));
      return said.join(' ');
    };
    inner.respond('ask', ({ data }) => ({ data }));
    const first = await outcomes();
    expect(first).toContain('timeout');
    expect(first).toContain('ok');
    expect(await outcomes()).toBe(first);
  });
});

import { describe, expect, it } from 'vitest';
import { FreshRevision, RevisionWaiters } from './freshness.js';

describe('the shared read of the newest revision', () => {
  it('starts after everyone whom it answers has arrived, and is shared by those who came meanwhile', async () => {
    const reads: ((revision: number) => void)[] = [];
    const fresh = new FreshRevision(() => new Promise((resolve) => reads.push(resolve)));
    const first = fresh.current();
    const second = fresh.current();
    const third = fresh.current();
    expect(reads).toHaveLength(1);
    reads[0]!(7);
    expect(await first).toBe(7);
    await Promise.resolve();
    expect(reads).toHaveLength(2);
    reads[1]!(9);
    expect(await Promise.all([second, third])).toEqual([9, 9]);
  });

  it('goes on after a read that failed', async () => {
    let fail = true;
    const fresh = new FreshRevision(() => (fail ? Promise.reject(new Error('down')) : Promise.resolve(3)));
    const first = fresh.current();
    const second = fresh.current();
    fail = false;
    await expect(first).rejects.toThrow('down');
    expect(await second).toBe(3);
  });
});

describe('those who wait for a revision', () => {
  it('are woken at theirs and not before, and hear when it will not come', async () => {
    const waiters = new RevisionWaiters();
    const order: string[] = [];
    const five = waiters.wait(5, 60_000).then((reached) => order.push(`five ${String(reached)}`));
    const nine = waiters.wait(9, 60_000).then((reached) => order.push(`nine ${String(reached)}`));
    waiters.advance(6);
    await five;
    expect(order).toEqual(['five true']);
    waiters.giveUpAll();
    await nine;
    expect(order).toEqual(['five true', 'nine false']);
  });
});

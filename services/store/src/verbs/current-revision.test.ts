import { describe, expect, it } from 'vitest';
import { SharedRead } from './current-revision.js';

describe('a read that is shared', () => {
  it('is one for all who wait, and never one that began before they called', async () => {
    const reads: PromiseWithResolvers<number>[] = [];
    const shared = new SharedRead(() => {
      const read = Promise.withResolvers<number>();
      reads.push(read);
      return read.promise;
    });
    const early = shared.call();
    await Promise.resolve();
    await Promise.resolve();
    expect(reads).toHaveLength(1);
    const late = [shared.call(), shared.call()];
    reads[0]?.resolve(1);
    expect(await early).toBe(1);
    await Promise.resolve();
    expect(reads).toHaveLength(2);
    reads[1]?.resolve(2);
    expect(await Promise.all(late)).toEqual([2, 2]);
  });

  it('begins anew after a failure', async () => {
    let fails = true;
    const shared = new SharedRead(() => (fails ? Promise.reject(new Error('down')) : Promise.resolve(3)));
    await expect(shared.call()).rejects.toThrow('down');
    fails = false;
    expect(await shared.call()).toBe(3);
  });
});

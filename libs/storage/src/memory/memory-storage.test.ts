import { describe, expect, it } from 'vitest';
import { describeStorage, pod, put } from '../storage.suite.js';
import type { LogEntry } from '../storage.js';
import { createMemoryStorage } from './memory-storage.js';

describeStorage('in memory', () => {
  const storage = createMemoryStorage();
  return { storage, compact: (revision) => storage.compact(revision), stop: () => undefined };
});

describe('the storage in memory', () => {
  it('publishes every committed entry in order', async () => {
    const published: LogEntry[] = [];
    const storage = createMemoryStorage({ publish: (entry) => published.push(entry) });
    await storage.write([put(pod('a'), 0), put(pod('b'), 0)]);
    await storage.write([put(pod('a'), 0)]);
    await storage.write([{ type: 'delete', key: pod('a'), expectedRevision: 1 }]);
    expect(published).toEqual((await storage.history(0)).entries);
  });

  it('expires what outlived its time as an ordinary delete', async () => {
    let now = 0;
    const storage = createMemoryStorage({ now: () => now });
    await storage.write([{ ...put(pod('short'), 0), ttlSeconds: 10 }, put(pod('kept'), 0)]);
    now = 9_999;
    await storage.expire();
    expect(await storage.currentRevision()).toBe(2);
    now = 10_000;
    await storage.expire();
    expect((await storage.history(2)).entries).toMatchObject([{ type: 'DELETED', key: pod('short') }]);
  });
});

import { createMemoryBus } from '@gantry/bus';
import { answerRequest, createMemoryStorage, decodeRequests, encodeAnswers, StorageError } from '@gantry/storage';
import type { Storage } from '@gantry/storage';
import { describe, expect, it } from 'vitest';
import { describeStorage, pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage, serveStorage } from './remote-storage.suite.js';

describeStorage('in memory, over the bus', () => {
  const bus = createMemoryBus();
  const storage = createMemoryStorage();
  serveStorage(bus, storage);
  return { storage: createRemoteStorage(bus), compact: (revision) => storage.compact(revision), stop: () => bus.close() };
});

describe('the remote storage', () => {
  it('sends what one turn asks for as one message', async () => {
    const bus = createMemoryBus();
    const storage = createMemoryStorage();
    const sizes: number[] = [];
    bus.respond('store.write', async ({ data }) => {
      const requests = decodeRequests(data);
      sizes.push(requests.length);
      return { data: encodeAnswers(await Promise.all(requests.map((request) => answerRequest(storage, request)))) };
    });
    const remote = createRemoteStorage(bus);
    const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => remote.write([put(pod(name), 0)])));
    expect(outcomes.map((outcome) => outcome.ok && outcome.revisions[0])).toEqual([1, 2, 3]);
    expect(sizes).toEqual([3]);
    await bus.close();
  });

  it('says unavailable when nobody answers', async () => {
    const remote = createRemoteStorage(createMemoryBus());
    await expect(remote.write([put(pod('a'), 0)])).rejects.toMatchObject({ name: 'StorageError', code: 'unavailable' });
    await expect(remote.currentRevision()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('says unavailable when the bus is not there: a write that was not sent was not done', async () => {
    const bus = createMemoryBus();
    serveStorage(bus, createMemoryStorage());
    const remote = createRemoteStorage(bus);
    await bus.close();
    await expect(remote.write([put(pod('a'), 0)])).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('says ambiguous when the answer to a write is lost, and unavailable for a read', async () => {
    const bus = createMemoryBus();
    for (const subject of ['store.write', 'store.read']) bus.respond(subject, () => Promise.reject(new Error('gone')));
    const remote = createRemoteStorage(bus);
    await expect(remote.write([put(pod('a'), 0)])).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(remote.get(pod('a'))).rejects.toMatchObject({ code: 'unavailable' });
    await bus.close();
  });

  it('passes the errors of the store on', async () => {
    const bus = createMemoryBus();
    const failing = { ...createMemoryStorage(), write: () => Promise.reject(new StorageError('unavailable', 'no leader')) } as unknown as Storage;
    serveStorage(bus, failing);
    await expect(createRemoteStorage(bus).write([put(pod('a'), 0)])).rejects.toMatchObject({ code: 'unavailable', message: 'no leader' });
    await bus.close();
  });

  it('stops waiting when the caller does', async () => {
    const bus = createMemoryBus();
    bus.respond('store.read', () => new Promise<never>(() => undefined));
    const controller = new AbortController();
    const reading = createRemoteStorage(bus).currentRevision({ signal: controller.signal });
    controller.abort(new Error('the client went away'));
    await expect(reading).rejects.toThrow('the client went away');
    await bus.close();
  });
});

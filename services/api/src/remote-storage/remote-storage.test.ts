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

  it('does not wait for the answer of a leader that another one has followed, and asks the new one', async () => {
    const bus = createMemoryBus();
    const told = (epoch: number): void => bus.publish('progress.rev', Buffer.from('1'), { epoch: String(epoch) });
    const remote = createRemoteStorage(bus);
    const asked = Promise.withResolvers<void>();
    const killed = bus.respond('store.write', () => {
      asked.resolve();
      return new Promise<never>(() => undefined);
    });
    told(3);
    const writing = expect(remote.write([put(pod('a'), 0)])).rejects.toMatchObject({ code: 'ambiguous' });
    await asked.promise;
    told(3);
    told(4);
    await writing;
    void killed.close();
    serveStorage(bus, createMemoryStorage());
    expect(await remote.write([put(pod('b'), 0)])).toMatchObject({ ok: true });
    await bus.close();
  });

  it('repeats what it read of a store that may have died with its leader', async () => {
    const bus = createMemoryBus();
    const remote = createRemoteStorage(bus);
    const asked = Promise.withResolvers<void>();
    const killed = bus.respond('store.read', () => {
      asked.resolve();
      return new Promise<never>(() => undefined);
    });
    bus.publish('progress.rev', Buffer.from('1'), { epoch: '3' });
    const reading = remote.currentRevision();
    await asked.promise;
    void killed.close();
    serveStorage(bus, createMemoryStorage());
    bus.publish('progress.rev', Buffer.from('1'), { epoch: '4' });
    expect(await reading).toBe(0);
    await bus.close();
  });

  it('asks another store where the one that was asked does not answer', async () => {
    const bus = createMemoryBus();
    const remote = createRemoteStorage(bus);
    const killed = bus.respond('store.read', () => new Promise<never>(() => undefined), { queue: 'store' });
    const reading = remote.currentRevision();
    await new Promise((resolve) => setImmediate(resolve));
    void killed.close();
    serveStorage(bus, createMemoryStorage());
    expect(await reading).toBe(0);
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

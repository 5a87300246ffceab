import type { Logger } from '@gantry/async';
import { Failpoints, silentLogger } from '@gantry/async';
import type { MemoryBus, SequencedMessage } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { LogEntry, MemoryStorage } from '@gantry/storage';
import { createMemoryStorage, decodeWatchMessage } from '@gantry/storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { Publisher } from './publisher.js';

let bus: MemoryBus;
let storage: MemoryStorage;
let publisher: Publisher;
let seen: SequencedMessage[];

function startPublisher(revision: number, logger: Logger = silentLogger): Publisher {
  return new Publisher({ bus, logger, failpoints: new Failpoints(), revision, history: (after, limit) => storage.history(after, { limit }) });
}

async function write(count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i++) await storage.write([put(pod(`p${i}`), 0)]);
}

async function follow(fromSequence = 1): Promise<void> {
  await bus.watch.follow({ fromSequence, onMessage: (message) => seen.push(message) });
}

/** What followers got is the log, from a revision on, without a gap or a repetition. */
async function expectSeen(from: number, to: number): Promise<void> {
  await vi.waitFor(() => expect(seen.at(-1)?.sequence).toBe(to), { timeout: 10_000, interval: 5 });
  const { entries } = await storage.history(from - 1, { limit: to });
  expect(seen.map(({ sequence, headers, data }) => decodeWatchMessage(sequence, headers, data))).toEqual(entries);
}

beforeEach(() => {
  bus = createMemoryBus();
  seen = [];
  storage = createMemoryStorage({ publish: (entry: LogEntry) => publisher?.push([entry]) });
});
afterEach(async () => {
  bus.faults.clear();
  await publisher.stop();
  await bus.close();
});

describe('publishing the log', () => {
  it('puts every revision at the sequence of the same number', async () => {
    publisher = startPublisher(0);
    await bus.watch.ensure(1);
    await follow();
    await write(1_000);
    await expectSeen(1, 1_000);
    expect(seen[0]?.subject).toBe('watch.core.pods.default.p0');
  });

  it('counts nothing as acknowledged that the stream refused', async () => {
    const told: number[] = [];
    publisher = startPublisher(0, { ...silentLogger, warn: () => told.push(publisher.acknowledgedRevision) });
    await bus.watch.ensure(1);
    await follow();
    await write(2);
    await expectSeen(1, 2);
    bus.faults.drop('watch.>', { times: 1 });
    await write(1, 2);
    await publisher.drain(10_000);
    expect([told, publisher.acknowledgedRevision, await bus.watch.lastSequence()]).toEqual([[0], 3, 3]);
    await expectSeen(1, 3);
  });

  it('leaves the stream alone when another leader has gone on with it', async () => {
    const warn = vi.fn();
    const replaced = startPublisher(0, { ...silentLogger, warn });
    publisher = replaced;
    await bus.watch.ensure(1);
    await follow();
    await write(2);
    await expectSeen(1, 2);
    const fault = bus.faults.delay('watch.>', { times: 1 });
    await write(1, 2);
    await vi.waitFor(() => expect(fault.held).toBe(1));
    publisher = startPublisher(3);
    await write(2, 3);
    await expectSeen(1, 5);
    fault.release();
    await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(expect.objectContaining({ error: 'another store has published up to 5' }), expect.anything()));
    expect(await bus.watch.lastSequence()).toBe(5);
    await write(1, 5);
    await expectSeen(1, 6);
    await replaced.stop();
  });

  it('sends again from the first message that was lost', async () => {
    await bus.watch.ensure(1);
    await follow();
    let count = 0;
    const fault = bus.faults.drop(({ subject }) => subject.startsWith('watch.') && ++count % 10 === 0, { times: 20 });
    publisher = startPublisher(0);
    await write(300);
    await expectSeen(1, 300);
    fault.remove();
  });

  it('repeats nothing when only the acknowledgement was lost', async () => {
    await bus.watch.ensure(1);
    await follow();
    bus.faults.drop('watch.>', { at: 'reply', times: 3 });
    publisher = startPublisher(0);
    await write(50);
    await expectSeen(1, 50);
  });

  it('catches up after the bus was cut', async () => {
    publisher = startPublisher(0);
    await bus.watch.ensure(1);
    await follow();
    await write(10);
    await expectSeen(1, 10);
    bus.faults.cut();
    await write(6_000, 10);
    expect(seen).toHaveLength(10);
    bus.faults.heal();
    await expectSeen(1, 6_010);
  });

  it('publishes what an earlier leader committed and did not publish', async () => {
    await bus.watch.ensure(1);
    await follow();
    publisher = startPublisher(0);
    await write(3);
    await expectSeen(1, 3);
    await publisher.stop();
    await write(4, 3);
    publisher = startPublisher(7);
    await expectSeen(1, 7);
  });

  it('skips what is compacted', async () => {
    publisher = startPublisher(0);
    await publisher.stop();
    await write(20);
    storage.compact(15);
    publisher = startPublisher(20);
    await vi.waitFor(async () => expect(await bus.watch.lastSequence()).toBe(20));
    await follow(21);
    await write(5, 20);
    await expectSeen(21, 25);
  });

  it('starts a stream over that is ahead of the log', async () => {
    await bus.watch.ensure(500);
    publisher = startPublisher(0);
    await vi.waitFor(async () => expect(await bus.watch.lastSequence()).toBe(0));
    await follow();
    await write(5);
    await expectSeen(1, 5);
  });

  it('stops while messages have no acknowledgement', async () => {
    bus.faults.delay('watch.>');
    publisher = startPublisher(0);
    await write(5);
    await publisher.stop();
  });
});

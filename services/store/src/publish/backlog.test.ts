import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LogEntry } from '@gantry/storage';
import { describe, expect, it } from 'vitest';
import { Backlog } from './backlog.js';

const entry = (revision: number, size = 0): LogEntry => ({
  key: 'core/pods/default/a', revision, value: new Uint8Array(size), spliceOffset: 0, schemaHash: '', type: 'ADDED', epoch: 1, previousKind: 0, previousObject: 0, transactionLast: true,
});

describe('the backlog of the publisher', () => {
  it('gives entries out in order, once', () => {
    const backlog = new Backlog(4);
    backlog.push(entry(5));
    backlog.push(entry(6));
    expect(backlog.take(5)?.revision).toBe(5);
    expect(backlog.take(5)).toBeUndefined();
    expect(backlog.take(6)?.revision).toBe(6);
    expect(backlog.newest).toBe(6);
  });

  it('keeps no entry that does not follow on the last one, and none beyond its limit', () => {
    const backlog = new Backlog(0);
    backlog.push(entry(1));
    backlog.push(entry(3));
    expect(backlog.take(3)).toBeUndefined();
    for (let revision = 1; revision <= 5_000; revision++) backlog.push(entry(revision));
    expect(backlog.newest).toBe(5_000);
    expect(backlog.take(5_000)).toBeUndefined();
  });

  it('keeps fewer entries when they are large', () => {
    const backlog = new Backlog(0);
    for (let revision = 1; revision <= 100; revision++) backlog.push(entry(revision, 1024 * 1024));
    const taken = Array.from({ length: 100 }, (_, index) => backlog.take(index + 1)).filter((one) => one !== undefined);
    expect(taken).toHaveLength(32);
    backlog.refill([entry(33), entry(34)]);
    expect([backlog.take(33)?.revision, backlog.take(34)?.revision]).toEqual([33, 34]);
  });

  it('gives out whatever comes, in order, without ever being empty', () => {
    const backlog = new Backlog(0);
    backlog.push(entry(1));
    for (let revision = 2; revision <= 20_000; revision++) {
      backlog.push(entry(revision));
      expect(backlog.take(revision - 1)?.revision).toBe(revision - 1);
    }
  });

  it('lets go of what it gave out while more waits', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const backlog = new Backlog(0);
    for (let revision = 1; revision <= 100; revision++) backlog.push(entry(revision, 1024));
    const given = Array.from({ length: 99 }, (_, index) => new WeakRef(backlog.take(index + 1) as LogEntry));
    await nextTurn();
    collectGarbage();
    expect(given.filter((one) => one.deref() !== undefined)).toEqual([]);
    expect(backlog.take(100)?.revision).toBe(100);
  });

  it('goes on with a page of the log', () => {
    const backlog = new Backlog(9);
    backlog.push(entry(10));
    backlog.refill([entry(7), entry(8)]);
    expect(backlog.take(7)?.revision).toBe(7);
    expect(backlog.take(8)?.revision).toBe(8);
    expect(backlog.take(10)).toBeUndefined();
    expect(backlog.newest).toBe(10);
  });
});

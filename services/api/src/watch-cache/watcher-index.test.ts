import { describe, expect, it } from 'vitest';
import type { CacheEvent } from './cache-event.js';
import { EventRing } from './event-ring.js';
import { WatcherIndex } from './watcher-index.js';
import type { Watcher } from './watcher-index.js';

const event = (revision: number, now: string, before?: string, size = 1): CacheEvent => ({ revision, object: { object: { node: now }, stored: { value: new Uint8Array(size) } }, ...(before !== undefined && { previous: { object: { node: before } } }) }) as unknown as CacheEvent;

describe('the index of watchers', () => {
  const heard: string[] = [];
  const watcher = (name: string, trigger?: Watcher['trigger']): Watcher => ({ trigger, offer: ({ revision }) => void heard.push(`${name} ${String(revision)}`), progress: () => undefined, end: () => void heard.push(`${name} ended`) });

  it('asks only those whose value an event has or had, and those without one', () => {
    const index = new WatcherIndex({ node: (object) => (object as unknown as { node: string }).node });
    const [all, one, two] = [watcher('all'), watcher('one', { field: 'node', value: '1' }), watcher('two', { field: 'node', value: '2' })];
    for (const one of [all, watcher('unindexed', { field: 'other', value: 'x' })]) index.add(one);
    index.add(one);
    index.add(two);
    index.dispatch(event(1, '1'));
    index.dispatch(event(2, '2', '1'));
    index.dispatch(event(3, '3', '3'));
    expect(heard.splice(0)).toEqual(['all 1', 'unindexed 1', 'one 1', 'all 2', 'unindexed 2', 'two 2', 'one 2', 'all 3', 'unindexed 3']);
    index.delete(one);
    index.dispatch(event(4, '1'));
    expect(heard.splice(0)).toEqual(['all 4', 'unindexed 4']);
    index.endAll();
    expect(heard.splice(0)).toEqual(['all ended', 'unindexed ended', 'two ended']);
    expect(index.size).toBe(3);
  });
});

describe('the ring of events', () => {
  it('gives what came after a revision, and knows what it no longer has', () => {
    const ring = new EventRing({ events: 3, bytes: 1_000 }, 10);
    expect([ring.covers(9), ring.covers(10)]).toEqual([false, true]);
    for (const revision of [12, 15, 16]) ring.push(event(revision, ''));
    expect([ring.covers(10), [...ring.after(12)].map(({ revision }) => revision)]).toEqual([true, [15, 16]]);
    ring.push(event(20, ''));
    expect([ring.covers(11), ring.covers(12), [...ring.after(12)].map(({ revision }) => revision)]).toEqual([false, true, [15, 16, 20]]);
  });

  it('keeps fewer events when they are large, and the newest whatever its size', () => {
    const ring = new EventRing({ events: 1_000, bytes: 1_000 }, 0);
    for (let revision = 1; revision <= 600; revision++) ring.push(event(revision, '', undefined, 100));
    expect([[...ring.after(0)].map(({ revision }) => revision), ring.covers(589), ring.covers(590)]).toEqual([[591, 592, 593, 594, 595, 596, 597, 598, 599, 600], false, true]);
    ring.push(event(601, '', undefined, 5_000));
    expect([...ring.after(0)].map(({ revision }) => revision)).toEqual([601]);
  });
});

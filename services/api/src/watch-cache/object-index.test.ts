import { describe, expect, it } from 'vitest';
import type { CacheEvent } from './cache-event.js';
import type { CachedObject } from './cached-object.js';
import { ObjectIndex } from './object-index.js';
import type { ResourceCache } from './resource-cache.js';
import type { Watcher } from './watcher-index.js';

const object = (key: string, ...values: string[]): CachedObject => ({ key, object: { values } }) as unknown as CachedObject;

function scene(...objects: CachedObject[]) {
  let watcher: Watcher | undefined;
  let scans = 0;
  const cache = {
    prefix: 'p/',
    watchers: { add: (added: Watcher) => void (watcher = added) },
    scan: (_prefix: string, visit: (object: CachedObject) => void) => {
      scans++;
      objects.forEach(visit);
    },
  } as unknown as ResourceCache;
  const index = new ObjectIndex(cache, (read) => (read as unknown as { values: string[] }).values);
  const tell = (type: CacheEvent['type'], now: CachedObject, previous?: CachedObject): void => watcher!.offer({ type, object: now, previous } as CacheEvent);
  return { objects, tell, end: () => watcher!.end(), keys: (value: string) => [...index.get(value)].map(({ key }) => key), scans: () => scans };
}

describe('an index of objects', () => {
  it('is built when it is first asked, and follows from then on', () => {
    const { tell, keys, scans } = scene(object('a', 'x'), object('b', 'x', 'y'));
    tell('MODIFIED', object('a', 'z'), object('a', 'x'));
    expect(scans()).toBe(0);
    expect([keys('x'), keys('y'), keys('z')]).toEqual([['a', 'b'], ['b'], []]);
    tell('ADDED', object('c', 'y'));
    tell('MODIFIED', object('b', 'y'), object('b', 'x', 'y'));
    tell('DELETED', object('a', 'x'), object('a', 'x'));
    expect([keys('x'), keys('y'), scans()]).toEqual([[], ['c', 'b'], 1]);
  });

  it('starts over with its cache', () => {
    const { objects, end, keys, scans } = scene(object('a', 'x'));
    expect(keys('x')).toEqual(['a']);
    end();
    objects.splice(0, 1, object('b', 'x'));
    expect([keys('x'), scans()]).toEqual([['b'], 2]);
  });
});

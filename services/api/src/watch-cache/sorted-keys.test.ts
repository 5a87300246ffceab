import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedKeys } from './sorted-keys.js';

const key = fc.tuple(fc.constantFrom('a/', 'b/', 'ba/'), fc.integer({ min: 0, max: 3000 })).map(([prefix, n]) => prefix + String(n));

describe('sorted keys', () => {
  it('hold what a plain sorted set holds, under any mix of additions and deletions', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), key), { maxLength: 4000, size: 'max' }), (steps) => {
        const keys = new SortedKeys();
        const model = new Set<string>();
        for (const [add, name] of steps) {
          if (add) keys.add(name), model.add(name);
          else keys.delete(name), model.delete(name);
        }
        expect(scanned(keys, 'b/')).toEqual([...model].filter((name) => name.startsWith('b/')).sort());
        expect(keys.size).toBe(model.size);
      }),
      { numRuns: 30 },
    );
  });

  it('go on behind any key, whether they hold it or not', () => {
    const keys = new SortedKeys();
    const all = Array.from({ length: 1500 }, (_, i) => `p/${String(i).padStart(4, '0')}`);
    for (const name of [...all, 'o/9', 'q/0']) keys.add(name);
    const behind = (after: string): string[] => {
      const found: string[] = [];
      keys.scan('p/', (name) => void found.push(name), after);
      return found;
    };
    for (const after of ['o/', 'p/', 'p/0255', 'p/0255x', 'p/0511', 'p/1499', 'p/2']) expect(behind(after)).toEqual(all.filter((name) => name > after));
  });

  it('stop a scan when the visitor says so', () => {
    const keys = new SortedKeys();
    for (let i = 0; i < 2000; i++) keys.add(`p/${String(i).padStart(4, '0')}`);
    const seen: string[] = [];
    keys.scan('p/', (name) => seen.push(name) < 700);
    expect(seen).toHaveLength(700);
    expect(seen.at(-1)).toBe('p/0699');
  });
});

function scanned(keys: SortedKeys, prefix: string): string[] {
  const found: string[] = [];
  keys.scan(prefix, (name) => void found.push(name));
  return found;
}

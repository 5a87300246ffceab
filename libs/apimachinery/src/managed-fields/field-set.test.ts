import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference, EMPTY, hasPath, intersection, isEmpty, members, recursiveDifference, setOf, union, unionOf } from './field-set.js';
import type { FieldPath, FieldSet } from './field-set.js';

/** Against the plainest model of all: a set of paths as texts. */
const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:"s"', 'v:1', 'i:0');
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const paths = fc.array(path, { maxLength: 8 });
const text = (one: FieldPath): string => one.join('\n');
const model = (set: FieldSet): Set<string> => new Set([...members(set)].map(text));
const modelOf = (all: readonly FieldPath[]): Set<string> => new Set(all.map(text));
const isUnder = (one: string, others: Set<string>): boolean => [...others].some((other) => one === other || one.startsWith(`${other}\n`));

function holds(law: (a: FieldPath[], b: FieldPath[], c: FieldPath[]) => void): void {
  fc.assert(fc.property(paths, paths, paths, law));
}

describe('a set of fields', () => {
  it('has the paths that it was made of, each once', () => {
    holds((a) => {
      expect(model(setOf(a))).toEqual(modelOf(a));
      expect([...members(setOf(a))]).toHaveLength(modelOf(a).size);
      for (const one of a) expect(hasPath(setOf(a), one)).toBe(true);
    });
  });

  it('is the same whatever the order in which it was made, to the byte', () => {
    holds((a) => void expect(JSON.stringify(setOf([...a].reverse()))).toBe(JSON.stringify(setOf(a))));
  });

  it('has unions, intersections and differences as sets of paths have', () => {
    holds((a, b) => {
      const [x, y, mx, my] = [setOf(a), setOf(b), modelOf(a), modelOf(b)];
      expect(model(union(x, y))).toEqual(new Set([...mx, ...my]));
      expect(model(intersection(x, y))).toEqual(new Set([...mx].filter((one) => my.has(one))));
      expect(model(difference(x, y))).toEqual(new Set([...mx].filter((one) => !my.has(one))));
      expect(model(recursiveDifference(x, y))).toEqual(new Set([...mx].filter((one) => !isUnder(one, my))));
    });
  });

  it('obeys the laws of algebra to the byte, so that what is the same is written the same', () => {
    holds((a, b, c) => {
      const [x, y, z] = [setOf(a), setOf(b), setOf(c)];
      const same = (one: FieldSet, other: FieldSet): void => expect(JSON.stringify(one)).toBe(JSON.stringify(other));
      same(union(x, y), union(y, x));
      same(union(union(x, y), z), union(x, union(y, z)));
      same(unionOf([x, y, z, x]), union(x, union(y, z)));
      same(union(x, x), x);
      same(union(x, EMPTY), x);
      same(intersection(x, y), intersection(y, x));
      same(intersection(x, union(y, z)), union(intersection(x, y), intersection(x, z)));
      same(difference(x, union(y, z)), difference(difference(x, y), z));
      same(union(difference(x, y), intersection(x, y)), x);
      expect(isEmpty(difference(x, x))).toBe(true);
    });
  });

  it('is never changed by what is made of it', () => {
    holds((a, b) => {
      const [x, y] = [setOf(a), setOf(b)];
      const before = JSON.stringify([x, y]);
      for (const make of [union, intersection, difference, recursiveDifference]) make(x, y);
      expect(JSON.stringify([x, y])).toBe(before);
    });
  });

  it('of thousands of elements obeys them, too', () => {
    const many = (from: number, to: number): FieldSet => setOf([['f:data'], ...Array.from({ length: to - from }, (_, index) => ['f:data', `f:k${String(from + index)}`])]);
    const [x, y] = [many(0, 2000), many(1000, 3000)];
    expect(model(union(x, y)).size).toBe(3001);
    expect(model(intersection(x, y)).size).toBe(1001);
    expect(model(difference(x, y)).size).toBe(1000);
    expect(JSON.stringify(union(difference(x, y), intersection(x, y)))).toBe(JSON.stringify(x));
  });
});

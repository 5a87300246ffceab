import fc from 'fast-check';
import { expect, it } from 'vitest';
import { orderAfterMerge } from './merge-list.js';

type Item = Record<string, unknown>;

/** What happens in the memory of a Go slice, step by step. */
function stepByStep(original: readonly Item[], patch: readonly Item[]): unknown[] {
  const places = [...original];
  let length = places.length;
  const indexOf = (name: unknown): number => places.slice(0, length).findIndex((item) => item['name'] === name);
  for (const { name, $patch } of patch) {
    for (let at = $patch === 'delete' ? indexOf(name) : -1; at >= 0; at = indexOf(name)) places.copyWithin(at, at + 1, length--);
  }
  for (const item of patch) if (item['$patch'] === undefined && length < places.length && indexOf(item['name']) < 0) places[length++] = item;
  return places;
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const item = fc.tuple(name, fc.nat(9)).map(([one, value]): Item => ({ name: one, value }));
const change = fc.tuple(item, fc.boolean()).map(([one, deletes]): Item => (deletes ? { name: one['name'], $patch: 'delete' } : one));

it('leaves a list as deletions and additions leave it in the memory of upstream', () => {
  fc.assert(fc.property(fc.array(item, { maxLength: 8 }), fc.array(change, { maxLength: 8 }), (original, patch) => {
    expect(orderAfterMerge(original, patch, 'name')).toEqual(stepByStep(original, patch));
  }), { numRuns: 1000 });
});

it('takes no longer for many deletions than for few, an item each', () => {
  const items = Array.from({ length: 60_000 }, (_, index) => ({ name: String(index) }));
  const left = orderAfterMerge(items, [...items].reverse().map(({ name: one }) => ({ name: one, $patch: 'delete' })), 'name');
  expect(left).toHaveLength(60_000);
});

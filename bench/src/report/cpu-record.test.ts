import { describe, expect, it } from 'vitest';
import { grown, growthLines } from './cpu-record.js';

const record = { node: 'v24', floorMicroseconds: 50, requests: { create: { microseconds: 300, ratio: 6 }, get: { microseconds: 100, ratio: 2 } } };
const costs = (create: number, get: number) => ({ create: { microseconds: 0, ratio: create }, get: { microseconds: 0, ratio: get } });

describe('the record of CPU per request', () => {
  it.each([
    ['the same', costs(6, 2), []],
    ['less', costs(3, 1), []],
    ['nearly a fifth more', costs(7.19, 2.39), []],
    ['more than a fifth', costs(7.3, 2), ['create']],
    ['both', costs(9, 3), ['create', 'get']],
  ])('%s', (_, now, expected) => {
    expect(grown(record, now).map(({ request }) => request)).toEqual(expected);
  });

  it('says nothing of what it does not know', () => {
    expect(grown(record, { list: { microseconds: 5000, ratio: 100 } })).toEqual([]);
  });

  it('says by how much', () => {
    expect(growthLines(grown(record, costs(9, 2)))).toEqual(['GREW: create costs 9.0 floors, 50 % more than the 6.0 on record']);
  });
});

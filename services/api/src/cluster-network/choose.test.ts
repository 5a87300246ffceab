import { describe, expect, it, test } from 'vitest';
import { addressRange } from './address-range.js';
import { chooseOffset, reservedOffsets } from './choose.js';

describe('a range of addresses', () => {
  test.each<[string, string, number, string, string]>([
    ['10.96.0.0/16', '10.96.0.0/16', 65_534, '10.96.0.1', '10.96.255.254'],
    ['10.96.0.77/28', '10.96.0.64/28', 14, '10.96.0.65', '10.96.0.78'],
    ['192.0.2.252/30', '192.0.2.252/30', 2, '192.0.2.253', '192.0.2.254'],
  ])('%s is %s', (written, cidr, size, first, last) => {
    const range = addressRange(written);
    expect([range.cidr, range.size, range.at(0), range.at(size - 1)]).toEqual([cidr, size, first, last]);
  });

  it('has what lies between its ends', () => {
    const range = addressRange('10.96.0.64/28');
    expect(['10.96.0.64', '10.96.0.65', '10.96.0.78', '10.96.0.79', '10.96.1.65', 'fd00::1'].filter(range.has)).toEqual(['10.96.0.65', '10.96.0.78']);
  });

  it.each(['10.96.0.0', '10.96.0.0/31', '10.0.0.0/7', 'fd00::/112', 'x/16'])('is not %s', (cidr) => {
    expect(() => addressRange(cidr)).toThrow(RangeError);
  });
});

test.each([
  [16, 0], [17, 16], [256, 16], [320, 20], [4096, 256], [65_536, 256],
])('of %i addresses %i are given last', (count, reserved) => {
  expect(reservedOffsets(count, { least: 16, share: 16, most: 256 })).toBe(reserved);
});

test.each<[string, number[], number, number | undefined]>([
  ['the upper part, at random', [], 0.5, 7],
  ['the next one when that is taken, round to the beginning of the part', [7, 8, 9], 0.5, 4],
  ['the reserved part when the upper one is full', [4, 5, 6, 7, 8, 9], 0.5, 2],
  ['nothing when all is taken', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0.5, undefined],
])('a choice is from %s', (_, taken, random, expected) => {
  expect(chooseOffset(10, 4, (offset) => taken.includes(offset), () => random)).toBe(expected);
});

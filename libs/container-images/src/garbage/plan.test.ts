import { describe, expect, test } from 'vitest';
import type { Disk, GarbageCandidate, GarbageSettings } from './plan.js';
import { GARBAGE_DEFAULTS, planGarbage, usedPercent } from './plan.js';

const NOW = 1_000_000_000;
const MINUTE = 60_000;
const image = (id: string, given: Partial<GarbageCandidate> = {}): GarbageCandidate => ({ id, addedAt: NOW - 10 * MINUTE, usedAt: NOW - 10 * MINUTE, inUse: false, ...given });
const disk = (percent: number): Disk => ({ capacity: 1000, available: 1000 - percent * 10 });

describe('what of the images goes', () => {
  test.each<[string, readonly GarbageCandidate[], Disk, Partial<GarbageSettings>, object]>([
    ['nothing has to come free below the upper threshold', [image('a')], disk(84), {}, { expired: [], candidates: ['a'], toFree: 0 }],
    ['at the upper threshold, what is missing to the lower', [image('a')], disk(85), {}, { expired: [], candidates: ['a'], toFree: 50 }],
    ['the least recently used goes first, of equals the older', [image('new', { usedAt: NOW - 3 * MINUTE }), image('later', { addedAt: NOW - 9 * MINUTE }), image('old')], disk(90), {}, { expired: [], candidates: ['old', 'later', 'new'], toFree: 100 }],
    ['nothing goes that is in use', [image('a', { inUse: true }), image('b')], disk(99), { maximumAge: 1 }, { expired: ['b'], candidates: [], toFree: 190 }],
    ['nothing goes that has just come', [image('a', { addedAt: NOW - MINUTE, usedAt: NOW - MINUTE })], disk(99), { maximumAge: 1 }, { expired: [], candidates: [], toFree: 190 }],
    ['what nothing has used for long goes whatever the disk says', [image('a'), image('b', { usedAt: NOW - MINUTE })], disk(10), { maximumAge: 5 * MINUTE }, { expired: ['a'], candidates: ['b'], toFree: 0 }],
  ])('%s', (_, images, on, settings, expected) => {
    expect(planGarbage(images, on, { ...GARBAGE_DEFAULTS, ...settings }, NOW)).toEqual(expected);
  });

  test('a disk of no size is not full', () => {
    expect(usedPercent({ capacity: 0, available: 0 })).toBe(0);
    expect(usedPercent({ capacity: 1000, available: 155 })).toBe(85);
  });
});

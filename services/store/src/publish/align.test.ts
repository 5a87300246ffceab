import { describe, expect, it } from 'vitest';
import { planAlignment } from './align.js';

describe('where to go on publishing', () => {
  it.each([
    ['a new store', 0, 0, { do: 'continue', cursor: 0 }],
    ['a stream that has everything', 42, 42, { do: 'continue', cursor: 42 }],
    ['a stream that is a little behind: publish what is missing', 30, 42, { do: 'continue', cursor: 30 }],
    ['a stream that is far behind: skip', 30, 1_000_000, { do: 'purge', cursor: 1_000_000 }],
    ['a stream that is ahead, which another incarnation wrote: start over', 43, 42, { do: 'purge', cursor: 42 }],
  ])('%s', (_, last, revision, expected) => {
    expect(planAlignment(last, revision)).toEqual(expected);
  });
});

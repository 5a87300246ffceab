import { describe, expect, it } from 'vitest';
import { table } from './format.js';
import { duration } from './terminal.js';

describe('a table', () => {
  it('lines its columns up and leaves no space at the end of a line', () => {
    expect(table(['NAME', 'STATE'], [['dev', 'running'], ['a-long-name', '']])).toBe(['NAME          STATE', 'dev           running', 'a-long-name'].join('\n'));
  });
});

describe('a duration', () => {
  it.each([
    [3.4, '3 ms'],
    [1234, '1.2 s'],
    [185_000, '3 min 5 s'],
  ])('of %s ms reads %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});

import { expect, it } from 'vitest';
import { entryFrom } from './entry.ts';

const NOW = new Date('2026-01-02T03:04:05Z');

it.each<[string, object, unknown]>([
  ['a name and a text', { name: ' Ada ', text: 'one\n two' }, { name: 'Ada', text: 'one two' }],
  ['no name', { text: 'x' }, { name: 'somebody', text: 'x' }],
  ['a long name', { name: 'n'.repeat(90), text: 'x' }, { name: 'n'.repeat(60), text: 'x' }],
  ['control characters', { text: 'a\u0000b\u001b[1m' }, { text: 'a b [1m' }],
])('makes an entry of %s', (_sentence, input, expected) => {
  expect(entryFrom(input, 10, NOW)).toMatchObject({ time: '2026-01-02T03:04:05.000Z', ...(expected as object) });
});

it.each<[object, string]>([
  [{}, 'There is nothing in it.'],
  [{ text: '  \n' }, 'There is nothing in it.'],
  [{ text: 7 }, 'There is nothing in it.'],
  [{ text: 'x'.repeat(11) }, 'That is longer than 10 characters.'],
])('refuses %j', (input, problem) => {
  expect(entryFrom(input, 10, NOW)).toBe(problem);
});

import type { StoredValue } from '@gantry/storage';
import { expect, it } from 'vitest';
import type { CachedObject } from './cached-object.js';
import { differences } from './differences.js';

const stored = (key: string, revision = 1, text = 'v'): StoredValue => ({ key, revision, value: Buffer.from(text), spliceOffset: 1, schemaHash: 'h' });
const cached = (key: string, revision = 1, text = 'v'): CachedObject => ({ key, revision, stored: stored(key, revision, text) }) as unknown as CachedObject;
const none = new Set<string>();

it.each([
  ['nothing on either side', { cached: [], stored: [], unopened: none, last: undefined }, []],
  ['the same', { cached: [cached('a'), cached('b')], stored: [stored('a'), stored('b')], unopened: none, last: undefined }, []],
  ['another revision', { cached: [cached('a', 1)], stored: [stored('a', 2)], unopened: none, last: undefined }, [{ key: 'a', cached: 1, stored: 2 }]],
  ['other bytes', { cached: [cached('a', 1, 'x')], stored: [stored('a')], unopened: none, last: undefined }, [{ key: 'a', cached: 1, stored: 1 }]],
  ['one too many', { cached: [cached('a')], stored: [], unopened: none, last: undefined }, [{ key: 'a', cached: 1, stored: undefined }]],
  ['one too few', { cached: [], stored: [stored('a')], unopened: none, last: undefined }, [{ key: 'a', cached: undefined, stored: 1 }]],
  ['what one side has not come to yet', { cached: [cached('a')], stored: [stored('a'), stored('b')], unopened: none, last: 'a' }, []],
  ['what cannot be opened, and is left out for that', { cached: [cached('a')], stored: [stored('a'), undefined], unopened: new Set(['b']), last: undefined }, []],
])('differences: %s', (_what, stretch, found) => {
  expect(differences(stretch)).toEqual(found);
});

import { describe, expect, it } from 'vitest';
import { decodeContinue, encodeContinue } from './continue-token.js';
import { listParameters, listSource } from './list-options.js';
import { watchStart } from './watch.js';

const none = { resourceVersion: '', resourceVersionMatch: '', limit: 0, continue: '', sendInitialEvents: false };
const bytes = (text: string): string => Buffer.from(text).toString('base64url');
const tokenOf = (start: string): string => bytes(JSON.stringify({ v: 'meta.k8s.io/v1', rv: 1, start }));
const token = encodeContinue({ revision: 7, after: 'default/b' });

describe('where a list is read', () => {
  const newest = { state: 'newest', minimum: 'now', after: undefined, limit: 0 };
  const exact = { state: 'exact', revision: 9, after: undefined, limit: 0 };
  it.each([
    ['nothing said: the newest', {}, newest],
    ['a limit', { limit: 5 }, { ...newest, limit: 5 }],
    ['0: whatever there is, and all of it', { resourceVersion: '0', limit: 5 }, { ...newest, minimum: 0 }],
    ['a revision', { resourceVersion: '9' }, { ...newest, minimum: 9 }],
    ['a revision and a limit: exactly that one, as it always was', { resourceVersion: '9', limit: 5 }, { ...exact, limit: 5 }],
    ['exactly', { resourceVersion: '9', resourceVersionMatch: 'Exact' }, exact],
    ['exactly, with a limit', { resourceVersion: '9', resourceVersionMatch: 'Exact', limit: 5 }, { ...exact, limit: 5 }],
    ['not older', { resourceVersion: '9', resourceVersionMatch: 'NotOlderThan' }, { ...newest, minimum: 9 }],
    ['not older, with a limit', { resourceVersion: '9', resourceVersionMatch: 'NotOlderThan', limit: 5 }, { ...newest, minimum: 9, limit: 5 }],
    ['0, not older', { resourceVersion: '0', resourceVersionMatch: 'NotOlderThan', limit: 5 }, { ...newest, minimum: 0 }],
    ['a next page', { continue: token, limit: 5 }, { state: 'exact', revision: 7, after: 'default/b', limit: 5 }],
    ['a next page, with 0 beside it', { continue: token, resourceVersion: '0' }, { state: 'exact', revision: 7, after: 'default/b', limit: 0 }],
    ['a next page of a snapshot that is gone', { continue: encodeContinue({ revision: -1, after: 'b' }) }, { ...newest, after: 'b' }],
  ])('%s', (_what, parameters, source) => {
    expect(listSource({ ...none, ...parameters })).toEqual(source);
  });

  it.each([
    ['a match without a revision', { resourceVersionMatch: 'Exact' }, 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
    ['exactly 0', { resourceVersion: '0', resourceVersionMatch: 'Exact' }, 'resourceVersionMatch \\"exact\\" is forbidden for resourceVersion \\"0\\"'],
    ['a match on a next page', { resourceVersion: '0', resourceVersionMatch: 'NotOlderThan', continue: token }, 'resourceVersionMatch is forbidden when continue is provided'],
    ['an unknown match', { resourceVersion: '5', resourceVersionMatch: 'Never' }, 'Unsupported value: \\"Never\\"'],
    ['initial events', { sendInitialEvents: true }, 'sendInitialEvents is forbidden for list'],
    ['a revision on a next page', { resourceVersion: '5', continue: token }, 'specifying resource version is not allowed when using continue'],
    ['no number', { resourceVersion: 'x' }, 'invalid syntax'],
    ['a number of more than 64 bits', { resourceVersion: '18446744073709551617000' }, 'value out of range'],
  ])('is refused for %s', (_what, parameters, message) => {
    expect(() => listSource({ ...none, ...parameters })).toThrow(message.replaceAll('\\"', '"'));
  });

  it('takes numbers of 64 bits as what they are good for: a revision that is yet to come, a page of everything', () => {
    expect(listSource({ ...none, resourceVersion: '18446744073709551615', resourceVersionMatch: 'Exact' })).toMatchObject({ revision: Number.MAX_SAFE_INTEGER });
    expect(listParameters(new URLSearchParams({ limit: '9223372036854775807' })).limit).toBe(2 ** 31);
    expect(() => listParameters(new URLSearchParams({ limit: '1'.repeat(30) }))).toThrow('value out of range');
  });

  it.each([
    ['what is not base64', 'a+b', 'illegal base64 data at input byte 1'],
    ['a letter too few', 'abcde', 'illegal base64 data at input byte 4'],
    ['what is not JSON', bytes('x'), 'continue key is not valid: '],
    ['nothing', bytes('null'), 'server does not recognize this encoded version '],
    ['another version', bytes('{"v":"v2","rv":1,"start":"a"}'), 'server does not recognize this encoded version v2'],
    ['no revision', bytes('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}'), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    ['no key', bytes('{"v":"meta.k8s.io/v1","rv":1,"start":""}'), 'encoded start key empty (version meta.k8s.io/v1)'],
    ['a way out of the prefix', tokenOf('../secrets/a'), '../secrets/a'],
    ['a way out of the middle', tokenOf('a/../../b'), 'a/../../b'],
    ['what no key can hold', tokenOf('a\u0000b'), 'continue key is not valid'],
    ['a line end', tokenOf('a\n'), 'continue key is not valid'],
    ['half of a character', tokenOf('\ud800'), 'continue key is not valid'],
  ])('is no token where it is %s', (_what, text, message) => {
    expect(() => decodeContinue(text)).toThrow(message);
    expect(() => decodeContinue(text)).toThrow('invalid continue token: continue key is not valid');
  });

  it('survives in a token', () => {
    expect(decodeContinue(token)).toEqual({ revision: 7, after: 'default/b' });
    expect(decodeContinue(tokenOf('/default/b'))).toEqual({ revision: 1, after: 'default/b' });
  });
});

describe('where a watch begins', () => {
  it.each([
    ['nothing said: with the newest state', '', undefined, { from: 'state', minimum: 'now' }],
    ['0: with whatever state there is', '0', undefined, { from: 'state', minimum: 0 }],
    ['a revision: after it', '9', undefined, { from: 'after', revision: 9 }],
    ['initial events: with the newest state', '', true, { from: 'state', minimum: 'now' }],
    ['initial events after a revision: with a state not older', '9', true, { from: 'state', minimum: 9 }],
    ['no initial events: after the newest revision', '', false, { from: 'after', revision: 'now' }],
    ['no initial events at 0: after whatever there is', '0', false, { from: 'after', revision: 0 }],
    ['no initial events after a revision', '9', false, { from: 'after', revision: 9 }],
  ] as const)('%s', (_what, resourceVersion, sendInitialEvents, start) => {
    expect(watchStart(resourceVersion, sendInitialEvents)).toEqual(start);
  });
});

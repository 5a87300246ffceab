import { describe, expect, it } from 'vitest';
import { decodeContinue, encodeContinue } from './continue-token.js';
import { listParameters, listSource } from './list-options.js';
import { watchStart } from './watch.js';

const none = { resourceVersion: '', resourceVersionMatch: '', limit: 0, continue: '' };
const token = encodeContinue({ revision: 7, after: 'default/b' });

describe('where a list is read', () => {
  it.each([
    ['nothing said: the newest', {}, { from: 'cache', minimum: 'newest', limit: 0 }],
    ['a limit', { limit: 5 }, { from: 'cache', minimum: 'newest', limit: 5 }],
    ['0: whatever there is, and all of it', { resourceVersion: '0', limit: 5 }, { from: 'cache', minimum: 0, limit: 0 }],
    ['a revision', { resourceVersion: '9' }, { from: 'cache', minimum: 9, limit: 0 }],
    ['a revision and a limit: exactly that one, as it always was', { resourceVersion: '9', limit: 5 }, { from: 'storage', revision: 9, after: undefined, limit: 5 }],
    ['exactly', { resourceVersion: '9', resourceVersionMatch: 'Exact' }, { from: 'storage', revision: 9, after: undefined, limit: 0 }],
    ['not older, with a limit', { resourceVersion: '9', resourceVersionMatch: 'NotOlderThan', limit: 5 }, { from: 'cache', minimum: 9, limit: 5 }],
    ['0, not older', { resourceVersion: '0', resourceVersionMatch: 'NotOlderThan' }, { from: 'cache', minimum: 0, limit: 0 }],
    ['a next page', { continue: token, limit: 5 }, { from: 'storage', revision: 7, after: 'default/b', limit: 5 }],
    ['a next page of a snapshot that is gone', { continue: encodeContinue({ revision: -1, after: 'b' }) }, { from: 'storage', revision: undefined, after: 'b', limit: 0 }],
  ])('%s', (_what, parameters, source) => {
    expect(listSource({ ...none, ...parameters })).toEqual(source);
  });

  it.each([
    ['a match without a revision', { resourceVersionMatch: 'Exact' }, 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
    ['exactly 0', { resourceVersion: '0', resourceVersionMatch: 'Exact' }, 'resourceVersionMatch \\"exact\\" is forbidden for resourceVersion \\"0\\"'],
    ['a match on a next page', { resourceVersion: '0', resourceVersionMatch: 'NotOlderThan', continue: token }, 'resourceVersionMatch is forbidden when continue is provided'],
    ['an unknown match', { resourceVersion: '5', resourceVersionMatch: 'Never' }, 'Unsupported value: \\"Never\\"'],
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

  it('is no token where it holds what no key can hold, or nothing', () => {
    for (const start of ['a\u0000b\u0000', 'a\n\u0000', '\ud800\u0000']) expect(() => decodeContinue(Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: 1, start })).toString('base64url'))).toThrow('continue key is not valid');
    expect(() => decodeContinue(Buffer.from('null').toString('base64url'))).toThrow('continue key is not valid');
  });

  it('survives in a token, and no token is made up', () => {
    expect(decodeContinue(token)).toEqual({ revision: 7, after: 'default/b' });
    for (const wrong of ['', 'x', Buffer.from('{}').toString('base64url'), Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}').toString('base64url')]) expect(() => decodeContinue(wrong)).toThrow('continue key is not valid');
  });
});

describe('where a watch begins', () => {
  it.each([
    ['nothing said: with the newest state', '', undefined, { from: 'state', minimum: 'newest' }],
    ['0: with whatever state there is', '0', undefined, { from: 'state', minimum: 0 }],
    ['a revision: after it', '9', undefined, { from: 'after', revision: 9 }],
    ['initial events: with a state not older', '9', true, { from: 'state', minimum: 9 }],
    ['no initial events: now', '', false, { from: 'now' }],
    ['no initial events after a revision', '9', false, { from: 'after', revision: 9 }],
  ] as const)('%s', (_what, resourceVersion, sendInitialEvents, start) => {
    expect(watchStart(resourceVersion, sendInitialEvents)).toEqual(start);
  });
});

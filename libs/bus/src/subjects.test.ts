import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeToken, encodeToken, isSubject, matchSubject, parseWatchSubject, patternCovers, watchPattern, watchSubject } from './subjects.js';

describe('tokens', () => {
  it.each([
    ['web-0', 'web-0'],
    ['a.b', 'a=2Eb'],
    ['', '='],
    ['a=b', 'a=3Db'],
    ['é', '=C3=A9'],
    ['system:node', 'system=3Anode'],
  ])('writes %j as %s', (text, token) => {
    expect(encodeToken(text)).toBe(token);
    expect(decodeToken(token)).toBe(text);
  });

  it('gives every text a token of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wellFormed = text.toWellFormed();
        const token = encodeToken(wellFormed);
        expect(isSubject(token) && !token.includes('.')).toBe(true);
        expect(decodeToken(token)).toBe(wellFormed);
      }),
    );
  });

  it.each(['a.b', '=2', '=zz', 'a b', '=2e'])('reads no token in %j', (token) => {
    expect(() => decodeToken(token)).toThrow(RangeError);
  });
});

describe('watch subjects', () => {
  it.each([
    [{ group: '', resource: 'pods', namespace: 'default', name: 'a.b' }, 'watch.core.pods.default.a=2Eb'],
    [{ group: 'apps', resource: 'deployments', namespace: 'x', name: 'web' }, 'watch.apps.deployments.x.web'],
    [{ group: '', resource: 'nodes', namespace: '', name: 'n1' }, 'watch.core.nodes._.n1'],
    [{ group: 'coordination.k8s.io', resource: 'leases', namespace: 'x', name: 'l' }, 'watch.coordination=2Ek8s=2Eio.leases.x.l'],
  ])('addresses %j', (address, subject) => {
    expect(watchSubject(address)).toBe(subject);
    expect(parseWatchSubject(subject)).toEqual(address);
    expect(matchSubject(watchPattern(address), subject)).toBe(true);
  });

  it('puts both Event APIs on one subject', () => {
    const event = { resource: 'events', namespace: 'x', name: 'e' };
    expect(watchSubject({ group: 'events.k8s.io', ...event })).toBe(watchSubject({ group: '', ...event }));
  });

  it('reads the forms of storage keys too', () => {
    expect(watchSubject({ group: 'core', resource: 'nodes', namespace: '_', name: 'n' })).toBe('watch.core.nodes._.n');
  });
});

describe('covering', () => {
  it.each([
    ['a.>', 'a.b', true],
    ['a.>', 'a.>', true],
    ['a.>', 'a', false],
    ['a.*', 'a.>', false],
    ['a.*', 'a.*', true],
    ['a.b', 'a.*', false],
    ['>', 'a.b.>', true],
    ['a.*.c', 'a.b.c', true],
    ['a.b.>', 'a.>', false],
  ])('%s covers %s: %s', (outer, inner, covers) => {
    expect(patternCovers(outer, inner)).toBe(covers);
  });
});

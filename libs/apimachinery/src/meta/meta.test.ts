import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import * as meta from '../index.js';

test.each([
  ['v1', { group: '', version: 'v1' }],
  ['apps/v1', { group: 'apps', version: 'v1' }],
])('%s is taken apart and put together', (text, groupVersion) => {
  expect(meta.parseApiVersion(text)).toEqual(groupVersion);
  expect(meta.apiVersionOf(groupVersion)).toBe(text);
});

test('an apiVersion has one slash', () => {
  expect(() => meta.parseApiVersion('a/b/c')).toThrow('unexpected GroupVersion string: a/b/c');
});

test('times are whole seconds, or microseconds, and read back', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  expect(meta.rfc3339(at)).toBe('2026-01-02T03:04:05Z');
  expect(meta.rfc3339Micro(at)).toBe('2026-01-02T03:04:05.678000Z');
  expect(meta.parseTime(meta.rfc3339Micro(at))).toBe(at);
  expect(meta.parseTime('yesterday')).toBeUndefined();
});

test('generated names fit a label and keep their beginning', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (prefix) => {
      const name = meta.generatedName(prefix);
      expect(name.length).toBeLessThanOrEqual(63);
      expect(name.startsWith(prefix.slice(0, 58))).toBe(true);
      expect(name.slice(-5)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    }),
  );
});

test('uids are different', () => {
  expect(meta.newUid()).not.toBe(meta.newUid());
});

describe('owners', () => {
  const owner = { metadata: { name: 'a', uid: '1' } };
  const owned = { metadata: { ownerReferences: [meta.newControllerRef(owner, { apiVersion: 'apps/v1', kind: 'ReplicaSet' })] } };

  it('control what refers to their uid', () => {
    expect(meta.isControlledBy(owned, owner)).toBe(true);
    expect(meta.isControlledBy(owned, { metadata: { name: 'a', uid: '2' } })).toBe(false);
    expect(meta.isControlledBy({}, owner)).toBe(false);
  });

  it('are written as upstream writes them', () => {
    expect(meta.controllerOf(owned)).toEqual({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: '1', controller: true, blockOwnerDeletion: true });
  });
});

describe('deepEqual', () => {
  it('agrees with the text of JSON with sorted keys', () => {
    const sorted = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(sorted)
      : typeof value === 'object' && value !== null ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)])
      : value;
    const small = fc.jsonValue({ maxDepth: 2, noUnicodeString: true } as never);
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(meta.deepEqual(a, structuredClone(a))).toBe(true);
        const same = JSON.stringify([Array.isArray(a), sorted(a)]) === JSON.stringify([Array.isArray(b), sorted(b)]);
        expect(meta.deepEqual(a, b)).toBe(same);
      }),
    );
  });

  it('takes an absent field for undefined, but not for null', () => {
    expect(meta.deepEqual({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(meta.deepEqual({ a: 1 }, { a: 1, b: null })).toBe(false);
    expect(meta.deepEqual({ a: undefined, b: 1 }, { b: 1, c: 2 })).toBe(false);
  });
});

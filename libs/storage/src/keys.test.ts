import { describe, expect, it } from 'vitest';
import { compareKeys, keyOf, parseKey, prefixOf, resourceTypeOf, validateKey, validatePrefix } from './keys.js';

describe('storage keys', () => {
  it.each([
    [{ group: 'core', resource: 'pods', namespace: 'default', name: 'a' }, 'core/pods/default/a'],
    [{ group: 'core', resource: 'nodes', name: 'n' }, 'core/nodes/_/n'],
    [{ group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'system:node' }, 'rbac.authorization.k8s.io/clusterroles/_/system:node'],
  ])('%j is %s, and back', (parts, key) => {
    expect(keyOf(parts)).toBe(key);
    expect(parseKey(key)).toEqual(parts);
  });

  it('takes the empty group for core', () => {
    expect(keyOf({ group: '', resource: 'pods', namespace: 'x', name: 'a' })).toBe('core/pods/x/a');
    expect(prefixOf({ group: '', resource: 'pods' })).toBe('core/pods/');
    expect(prefixOf({ group: 'apps', resource: 'deployments', namespace: 'x' })).toBe('apps/deployments/x/');
  });

  it('knows the resource type of a key', () => {
    expect(resourceTypeOf('apps/deployments/x/y')).toBe('apps/deployments');
  });

  it.each([['', 'too little'], ['a/b/c', 'three parts'], ['a/b/c/d/e', 'five parts'], ['a//c/d', 'an empty part'], ['a/b/c/\n', 'a control character'], ['a/b/c/\ud800', 'a lone surrogate'], [`a/b/c/${'d'.repeat(1100)}`, 'too long']])(
    'refuses %j: %s',
    (key) => expect(() => validateKey(key)).toThrow(RangeError),
  );

  it('refuses a prefix that could end inside a name', () => {
    expect(() => validatePrefix('core/pods')).toThrow(RangeError);
  });

  it('orders as the bytes of UTF-8 do', () => {
    const keys = ['b', 'a', 'ab', 'Z', '\ufffd', '\uff5e', '\u{1f600}', '\u{10ffff}', '\ud7ff', 'ä', 'a\u{1f600}', 'a\uffee'];
    expect([...keys].sort(compareKeys)).toEqual([...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))));
  });
});

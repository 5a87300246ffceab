import { expect, test } from 'vitest';
import { semanticEqual } from './semantic-equal.js';

test.each<[unknown, unknown, boolean]>([
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: '' }, {}, false],
  [{ a: 0 }, {}, false],
  [{ a: null }, {}, true],
  [{ a: [] }, {}, true],
  [{ a: [] }, { a: null }, true],
  [[1, 2], [2, 1], false],
  [[1], { 0: 1 }, false],
  [[], undefined, true],
  [{ labels: {} }, {}, true],
  [{ resources: { limits: {} } }, {}, true],
  [{ resources: { limits: { cpu: '1' } } }, { resources: {} }, false],
  [{ emptyDir: {} }, {}, false],
  [{ emptyDir: {} }, { hostPath: {} }, false],
  [{ a: { b: [] } }, { a: {} }, true],
  [undefined, null, true],
])('%j and %j mean the same: %s', (a, b, equal) => {
  expect(semanticEqual(a, b)).toBe(equal);
  expect(semanticEqual(b, a)).toBe(equal);
});

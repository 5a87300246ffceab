import { expect, test } from 'vitest';
import { expectedReferences, sameReferences } from './references.mjs';

const manifests = {
  'libs/a': { name: '@x/a' },
  'services/b': { name: '@x/b', dependencies: { '@x/a': '1.0.0', yaml: '1.0.0' } },
  cli: { name: '@x/cli', dependencies: { '@x/b': '1.0.0' } },
};

test('references follow the workspace dependencies, relative to each project', () => {
  expect(expectedReferences(manifests)).toEqual({
    'tsconfig.json': ['libs/a', 'services/b', 'cli'],
    'libs/a/tsconfig.json': [],
    'services/b/tsconfig.json': ['../../libs/a'],
    'cli/tsconfig.json': ['../services/b'],
  });
});

test.each([
  [[{ path: 'b' }, { path: 'a' }], true],
  [[{ path: 'a' }], false],
  [[{ path: 'a' }, { path: 'b' }, { path: 'c' }], false],
  [undefined, false],
])('references %j are those of a and b: %s', (references, same) => {
  expect(sameReferences(references, ['a', 'b'])).toBe(same);
});

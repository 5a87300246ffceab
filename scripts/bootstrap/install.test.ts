import { expect, test } from 'vitest';
import { installedMatchesLock } from './install.mjs';

const a = { version: '1.0.0', integrity: 'sha512-a' };
const lock = {
  packages: {
    '': { name: 'top' },
    'libs/x': { name: '@gantry/x' },
    'node_modules/a': a,
    'node_modules/@gantry/x': { resolved: 'libs/x', link: true },
    'node_modules/a-darwin': { version: '1.0.0', integrity: 'sha512-d', optional: true, os: ['darwin'] },
  },
};
const link = { resolved: 'libs/x', link: true };

test('what npm recorded is what the lock says, but for other platforms', () => {
  expect(installedMatchesLock(lock, { packages: { 'node_modules/a': a, 'node_modules/@gantry/x': link } })).toBe(true);
});

test.each([
  ['a package is missing', { 'node_modules/@gantry/x': link }],
  ['a workspace is not linked', { 'node_modules/a': a }],
  ['a version differs', { 'node_modules/a': { ...a, version: '1.0.1' }, 'node_modules/@gantry/x': link }],
  ['the content differs', { 'node_modules/a': { ...a, integrity: 'sha512-b' }, 'node_modules/@gantry/x': link }],
])('it is not when %s', (_case, packages) => {
  expect(installedMatchesLock(lock, { packages })).toBe(false);
});

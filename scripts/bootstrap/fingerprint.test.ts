import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourcesFingerprint } from './fingerprint.mjs';

let top: string;
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(top, file)), { recursive: true });
  writeFileSync(join(top, file), text);
};

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'gantry-fingerprint-'));
  write('package.json', '{"workspaces":["libs/*","cli"]}');
  write('libs/a/package.json', '{}');
  write('libs/a/src/a.ts', 'export {};');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

test('the same tree has the same fingerprint', () => {
  expect(sourcesFingerprint(top)).toBe(sourcesFingerprint(top));
});

test.each([
  ['a changed source', 'libs/a/src/a.ts', 'export const x = 1;'],
  ['a new source in a folder below', 'libs/a/src/deep/b.ts', ''],
  ['a new project', 'cli/package.json', '{}'],
  ['a changed compiler setting', 'tsconfig.base.json', '{}'],
])('%s changes it', (_case, file, text) => {
  const before = sourcesFingerprint(top);
  write(file, text);
  expect(sourcesFingerprint(top)).not.toBe(before);
});

test('a test or a suite does not', () => {
  const before = sourcesFingerprint(top);
  write('libs/a/src/a.test.ts', '');
  write('libs/a/src/a.suite.ts', '');
  expect(sourcesFingerprint(top)).toBe(before);
});

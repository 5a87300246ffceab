import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { INVARIANTS, namedTests, problemsOf } from './invariants.mjs';

const top = join(import.meta.dirname, '../..');
const read = (file: string): string | undefined => (existsSync(join(top, file)) ? readFileSync(join(top, file), 'utf8') : undefined);

it('every invariant names tests, and every test that is named exists', () => {
  const tests = namedTests(readFileSync(join(top, 'docs/invariants.md'), 'utf8'));
  expect(tests.length).toBeGreaterThan(INVARIANTS);
  expect(problemsOf(tests, read)).toEqual([]);
});

it('a promise without a test, a file that is gone and a test under another name are found', () => {
  const rows = Array.from({ length: INVARIANTS - 1 }, (_, index) => `| ${index + 1} | promise | \`a.test.ts\` | holds |`);
  const tests = namedTests([...rows, '| | | `gone.test.ts` | holds |', '| | | `a.test.ts` | is renamed |'].join('\n'));
  expect(problemsOf(tests, (file: string) => (file === 'a.test.ts' ? "it('holds', () => {})" : undefined))).toEqual([
    `invariant ${INVARIANTS} has no test`,
    `invariant ${INVARIANTS - 1}: there is no file gone.test.ts`,
    `invariant ${INVARIANTS - 1}: a.test.ts has no test "is renamed"`,
  ]);
});

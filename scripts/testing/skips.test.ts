import { expect, test } from 'vitest';
import { listedSkips, refusedSkips } from './skips.mjs';

const listed = ['e2e/src/gpu.test.ts', 'e2e/src/job.test.ts > the job > on arm64'];

test('a skip without a reason is refused everywhere', () => {
  expect(refusedSkips([{ name: 'a', reason: undefined }], { ci: false, listed })).toHaveLength(1);
});

test.each([
  ['e2e/src/gpu.test.ts > anything', 0],
  ['e2e/src/job.test.ts > the job > on arm64', 0],
  ['e2e/src/job.test.ts > the job > on amd64', 1],
])('in CI the skip of %s is refused %i times', (name, times) => {
  expect(refusedSkips([{ name, reason: 'r' }], { ci: true, listed })).toHaveLength(times);
  expect(refusedSkips([{ name, reason: 'r' }], { ci: false, listed })).toEqual([]);
});

test('the list is the first column of the table, in backticks', () => {
  expect(listedSkips('# T\n\n| test | why |\n| --- | --- |\n| `a > b` | no `c` here |\n')).toEqual(['a > b']);
});

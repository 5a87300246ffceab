import { expect, it } from 'vitest';
import { judgeWrite } from './writes.js';

it.each<[number | undefined, Parameters<typeof judgeWrite>[1], ReturnType<typeof judgeWrite>]>([
  [201, 'create', 'ok'],
  [409, 'create', 'existing'],
  [409, 'revision', 'other'],
  [409, 'none', 'failed'],
  [404, 'revision', 'absent'],
  [429, 'none', 'failed'],
  [503, 'create', 'failed'],
  [504, 'create', 'ambiguous'],
  [500, 'none', 'ambiguous'],
  [undefined, 'revision', 'ambiguous'],
])('an answer with %s to a write that is guarded by %s says: %s', (status, guard, verdict) => {
  expect(judgeWrite(status === undefined ? undefined : { status, body: undefined }, guard)).toBe(verdict);
});

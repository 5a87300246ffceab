import { expect, test } from 'vitest';
import type { ProcessState } from '@gantry/machine';
import { belonging } from './end-command.js';

const process = (pid: number, parent: number, session: number): ProcessState => ({ pid, parent, session, startedAt: '1', isZombie: false });

/** A kubelet (10) with the runtime's process (20) in a session of its own, which runs a shell (21) with children. */
const TREE = [process(1, 0, 1), process(10, 1, 10), process(11, 10, 10), process(20, 10, 20), process(21, 20, 20), process(22, 21, 20), process(23, 21, 23), process(24, 23, 23)];
const pids = (...roots: number[]): number[] => belonging(TREE, new Set(roots)).map(({ pid }) => pid);

test.each([
  ['all below it', [20], [20, 21, 22, 23, 24]],
  ['a child alone', [22], [22]],
  ['nothing of nobody', [], []],
  ['nothing of who is gone without a trace', [99], []],
])('a command is %s', (_, roots, members) => {
  expect(pids(...roots)).toEqual(members);
});

test('what was left in the background belongs to it by its session alone', () => {
  const left = [process(10, 1, 10), process(25, 1, 20), process(26, 25, 26)];
  expect(belonging(left, new Set([20])).map(({ pid }) => pid)).toEqual([25, 26]);
});

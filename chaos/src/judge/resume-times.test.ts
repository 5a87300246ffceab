import type { Operation } from '@gantry/testkit';
import { expect, it } from 'vitest';
import { median, resumeTimes } from './resume-times.js';

const write = (invoked: number, completed: number, outcome: Operation['outcome'] = 'ok'): Operation => ({ id: `${invoked}`, client: 'c', key: 'k', kind: 'create', invoked, completed, outcome });

it('is from the death of a leader to the first write that began after it and was acknowledged', () => {
  const operations = [write(5, 30), write(12, 14, 'failed'), write(15, 40), write(16, 35), write(102, 103)];
  expect(resumeTimes([{ name: 'kill leader', at: 10 }, { name: 'kill api', at: 50 }, { name: 'kill leader', at: 100 }], operations)).toEqual([3, 25]);
  expect([median([3, 25]), median([1, 2, 9]), median([])]).toEqual([3, 2, 0]);
});

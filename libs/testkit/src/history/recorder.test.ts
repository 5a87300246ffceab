import { expect, it } from 'vitest';
import { Recorder } from './recorder.js';

it('keeps what was asked, what was told, and when; what never ended is ambiguous', () => {
  let now = 0;
  const recorder = new Recorder('t', () => now);
  const create = recorder.invoke({ client: 'c', key: 'k', kind: 'create' });
  now = 5;
  create.ok({ revision: 7 });
  recorder.invoke({ client: 'c', key: 'k', kind: 'update', expected: 7 }).refused('other');
  recorder.invoke({ client: 'c', key: 'k', kind: 'patch' });
  recorder.close();
  expect(recorder.operations).toEqual([
    { client: 'c', key: 'k', kind: 'create', id: 't-1', invoked: 0, completed: 5, outcome: 'ok', revision: 7 },
    { client: 'c', key: 'k', kind: 'update', expected: 7, id: 't-2', invoked: 5, completed: 5, outcome: 'refused', met: 'other' },
    { client: 'c', key: 'k', kind: 'patch', id: 't-3', invoked: 5, completed: Infinity, outcome: 'ambiguous' },
  ]);
  expect(() => create.failed()).toThrow('has ended before');
});

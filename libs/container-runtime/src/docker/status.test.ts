import type { ContainerInspectInfo } from 'dockerode';
import { expect, test } from 'vitest';
import { containerStatus } from './status.js';

function inspected(state: Partial<ContainerInspectInfo['State']>): ContainerInspectInfo {
  const never = '0001-01-01T00:00:00Z';
  const State = { Status: 'exited', Running: false, OOMKilled: false, ExitCode: 0, Error: '', StartedAt: never, FinishedAt: never, ...state };
  return { Id: 'x', Created: '2026-01-01T00:00:00.5Z', Config: { Labels: {}, Image: 'busybox' }, State } as unknown as ContainerInspectInfo;
}
const status = (state: Partial<ContainerInspectInfo['State']>) => containerStatus(inspected(state), 'ref');

test.each([
  ['an end of 0', { ExitCode: 0 }, 'Completed'],
  ['another end', { ExitCode: 2 }, 'Error'],
  ['killed for memory', { ExitCode: 137, OOMKilled: true }, 'OOMKilled'],
  ['a child killed for memory, the container went on to its own end', { ExitCode: 1, OOMKilled: true }, 'Error'],
  ['killed', { ExitCode: 137 }, 'Error'],
  ['a start that failed', { Status: 'created', ExitCode: 127, Error: 'no such file' }, 'StartError'],
  ['running, though a child was killed for memory', { Status: 'running', OOMKilled: true }, ''],
] as const)('%s', (_, state, reason) => {
  expect(status(state).reason).toBe(reason);
});

test('a start that failed has ended when it was created, and never ran', () => {
  expect(status({ Status: 'created', ExitCode: 127, Error: 'x' })).toMatchObject({ state: 'exited', startedAt: 0, finishedAt: Date.parse('2026-01-01T00:00:00.5Z') });
});

test('created and not started yet is not an end', () => {
  expect(status({ Status: 'created' })).toMatchObject({ state: 'created', startedAt: 0, finishedAt: 0 });
});

import { expect, test } from 'vitest';
import { exitCodeOf } from './processes.js';

const told = (...looks: { Running: boolean; ExitCode: number | null }[]) => ({ inspect: async () => looks.shift() ?? { Running: false, ExitCode: null } });

test('a command that closed its output and runs on is waited for', async () => {
  const exec = told({ Running: true, ExitCode: null }, { Running: true, ExitCode: 0 }, { Running: false, ExitCode: 3 });
  expect(await exitCodeOf(exec, new AbortController().signal)).toBe(3);
});

test('a code that the engine does not have is no success', async () => {
  await expect(exitCodeOf(told(), new AbortController().signal)).rejects.toMatchObject({ code: 'invalid' });
});

test('the wait ends with the patience of the caller', async () => {
  const patience = new AbortController();
  const exec = { inspect: async () => {
    patience.abort(new Error('too long'));
    return { Running: true, ExitCode: null };
  } };
  await expect(exitCodeOf(exec, patience.signal)).rejects.toThrow('too long');
});

import { silentLogger } from '@gantry/async';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Rounds } from './rounds.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('go on every 10 seconds although one fails, until a stop, which undoes', async () => {
  const done: string[] = [];
  let isBroken = false;
  const round = async (): Promise<void> => {
    done.push('round');
    if (isBroken) throw new Error('no storage');
  };
  const rounds = new Rounds({ round, leave: async () => void done.push('leave'), logger: silentLogger });
  await rounds.start();
  isBroken = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(done).toEqual(['round', 'round', 'round']);
  await rounds.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual(['round', 'round', 'round', 'leave']);
});

it('have nothing to undo when the first one failed', async () => {
  const rounds = new Rounds({ round: () => Promise.reject(new Error('no storage')), leave: () => Promise.reject(new Error('called')), logger: silentLogger });
  await expect(rounds.start()).rejects.toThrow('no storage');
  await rounds.stop();
});

it('do not hold up a stop when their storage does not answer', async () => {
  const rounds = new Rounds({ round: () => Promise.resolve(), leave: () => new Promise(() => undefined), logger: silentLogger });
  await rounds.start();
  const stopping = rounds.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  await stopping;
});

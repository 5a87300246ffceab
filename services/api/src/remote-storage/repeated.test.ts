import { describe, expect, it } from 'vitest';
import { repeated } from './repeated.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('what is asked again', () => {
  it('is asked once where the answer comes', async () => {
    let asked = 0;
    expect(await repeated(() => Promise.resolve(++asked), undefined, [60_000])).toBe(1);
    expect(asked).toBe(1);
  });

  it('has the first answer that comes, and the others are told to stop', async () => {
    const signals: AbortSignal[] = [];
    const answer = await repeated((signal) => (signals.push(signal) < 3 ? never() : Promise.resolve('third')), undefined, [1, 1, 60_000]);
    expect([answer, signals.length, signals.every((signal) => signal.aborted)]).toEqual(['third', 3, true]);
  });

  it('fails at once where the one that was asked says so, and not while another may answer', async () => {
    await expect(repeated(() => Promise.reject(new Error('no')), undefined, [60_000])).rejects.toThrow('no');
    const first = Promise.withResolvers<string>();
    let asked = 0;
    const answer = repeated(() => (asked++ === 0 ? first.promise : Promise.reject(new Error('no'))), undefined, [1]);
    setTimeout(() => first.resolve('late'), 20);
    expect(await answer).toBe('late');
  });

  it('stops with who wanted it', async () => {
    const controller = new AbortController();
    const answer = repeated(never, controller.signal, [60_000]);
    controller.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { FaultyProcess } from './faulty-process.js';

const lines: string[] = [];
const died = vi.fn();
const PROGRAM = 'setInterval(() => console.log(Date.now()), 5)';
const child = new FaultyProcess({ name: 'p', argv: ['-e', PROGRAM], env: {}, onLine: (line) => lines.push(line), onDied: died });
const hour = 3_600_000;
const saysAgain = async (): Promise<number> => {
  const before = lines.length;
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(before + 2), { timeout: 10_000 });
  return Number(lines.at(-1));
};

afterEach(() => child.kill());

describe('a process under faults', () => {
  it('is killed and started again, and stands still while it is frozen', async () => {
    child.start();
    await saysAgain();
    child.freeze();
    expect([child.isFrozen, child.isRunning]).toEqual([true, true]);
    child.thaw();
    await saysAgain();
    child.freeze();
    await child.kill();
    expect([child.isRunning, child.isFrozen, died.mock.calls]).toEqual([false, false, []]);
    child.start();
    await saysAgain();
  });

  it('tells another hour, both ways, and the right one again', async () => {
    child.start();
    await saysAgain();
    for (const ahead of [hour, -hour, 0]) {
      child.setClock(ahead);
      await vi.waitFor(async () => expect(Math.abs((await saysAgain()) - Date.now() - ahead)).toBeLessThan(hour / 2));
    }
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { hasArgument, isAlive, lookAtProcess, ownIdentity, signalProcess } from './process-identity.js';

const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
async function begin(program: string, args: readonly string[]): Promise<ReturnType<typeof spawn>> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child, 'spawn');
  return child;
}

describe.skipIf(process.platform !== 'linux')('a process of this machine', () => {
  it('is what it was for as long as it runs, and nothing when it has ended', async () => {
    const child = await begin('sleep', ['600']);
    const state = lookAtProcess(child.pid!);
    expect(state).toMatchObject({ pid: child.pid, parent: process.pid, isZombie: false });
    expect(isAlive(state!)).toBe(true);
    signalProcess(state!, 'SIGKILL');
    await once(child, 'exit');
    expect([isAlive(state!), lookAtProcess(child.pid!)]).toEqual([false, undefined]);
    signalProcess(state!, 'SIGKILL');
  });

  it('is not another one that has its number', async () => {
    const child = await begin('sleep', ['600']);
    const other = { pid: child.pid!, startedAt: '1' };
    expect(isAlive(other)).toBe(false);
    signalProcess(other, 'SIGKILL');
    expect(isAlive(lookAtProcess(child.pid!)!)).toBe(true);
  });

  it('does not run any more when only nobody has asked how it ended', async () => {
    // The shell's child ends, and the program that takes the shell's place never asks.
    const child = await begin('sh', ['-c', 'sleep 0 & echo $!; exec sleep 600']);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const pid = Number(String(line));
    await expect.poll(() => lookAtProcess(pid)?.isZombie).toBe(true);
    expect(isAlive(lookAtProcess(pid)!)).toBe(false);
  });

  it('is told by what it was started with', async () => {
    const child = await begin('sleep', ['601']);
    await expect.poll(() => hasArgument(child.pid!, '601')).toBe(true);
    expect(hasArgument(child.pid!, '60')).toBe(false);
  });

  it('knows itself', () => {
    expect(isAlive(ownIdentity())).toBe(true);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from '@gantry/machine';
import { lockHolder, takeLock, whileLocked } from './lock.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-lock-'));
  path = join(folder, 'dev', 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a cluster's lock", () => {
  it('is refused to a second start, naming the process that has it', () => {
    takeLock(path, 'dev');
    expect(() => takeLock(path, 'dev')).toThrow(`cluster "dev" is already running (process ${process.pid})`);
    expect(lockHolder(path)?.pid).toBe(process.pid);
  });

  it('is free again when it was given back', () => {
    takeLock(path, 'dev')();
    expect(lockHolder(path)).toBeUndefined();
    takeLock(path, 'dev')();
  });

  it('is taken over from a process that died without giving it back', async () => {
    takeLock(path, 'dev')();
    const child = spawn(process.execPath, ['-e', '0']);
    const pid = child.pid ?? 0;
    await once(child, 'exit');
    writeFileSync(path, JSON.stringify({ pid, startedAt: '1' }));
    takeLock(path, 'dev');
    expect(lockHolder(path)?.pid).toBe(process.pid);
  });

  it('is taken over when the id of its holder now belongs to another process', () => {
    takeLock(path, 'dev')();
    writeFileSync(path, JSON.stringify({ ...ownIdentity(), startedAt: '1' }));
    takeLock(path, 'dev');
    expect(lockHolder(path)).toEqual(ownIdentity());
  });

  it('is taken over when its file was cut short by a full disk', () => {
    takeLock(path, 'dev')();
    writeFileSync(path, '{"pid":');
    takeLock(path, 'dev');
    expect(lockHolder(path)?.pid).toBe(process.pid);
  });
});

describe('what only one may do at a time on a machine', () => {
  it('is done by one after another, and by the next also when one fails', async () => {
    const order: string[] = [];
    const work = (name: string, fails: boolean) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
    };
    const results = await Promise.allSettled([whileLocked(path, work('first', true)), whileLocked(path, work('second', false))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
    expect(lockHolder(path)).toBeUndefined();
  });
});

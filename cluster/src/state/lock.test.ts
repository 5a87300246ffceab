import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHolder, takeLock } from './lock.js';
import { ownIdentity } from './process-identity.js';

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

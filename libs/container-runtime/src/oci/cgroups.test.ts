import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRoomForGroups, openCgroups } from './cgroups.js';
import { oomKills, readUsage } from './usage.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gantry-cgroups-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('control groups', () => {
  test('of version 2 are one tree', async () => {
    write('cgroup.controllers', 'cpu memory\n');
    write('g/c/cpu.stat', 'usage_usec 1500\nuser_usec 1\n');
    write('g/c/memory.current', '5000\n');
    write('g/c/memory.stat', 'anon 1\ninactive_file 1000\n');
    write('g/c/memory.events', 'oom 2\noom_kill 1\n');
    write('g/c/cgroup.procs', '7\n8\n');
    const cgroups = openCgroups(root);
    expect(cgroups.version).toBe(2);
    expect(await readUsage(cgroups, '/g/c')).toEqual({ cpuNanoseconds: 1_500_000, memoryWorkingSetBytes: 4000 });
    expect(await oomKills(cgroups, '/g/c')).toBe(1);
    expect(await cgroups.processes('/g/c')).toEqual([7, 8]);
    expect(await cgroups.children('/g')).toEqual(['c']);
  });

  test('of version 1 are a tree a controller', async () => {
    write('cpuacct/g/c/cpuacct.usage', '1234\n');
    write('memory/g/c/memory.usage_in_bytes', '5000\n');
    write('memory/g/c/memory.stat', 'inactive_file 1\ntotal_inactive_file 2000\n');
    write('memory/g/c/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n');
    write('memory/g/c/cgroup.procs', '9\n');
    write('memory/memory.memsw.limit_in_bytes', '1\n');
    write('pids/g/other/pids.max', 'max\n');
    const cgroups = openCgroups(root);
    expect([cgroups.version, cgroups.swap]).toEqual([1, true]);
    expect(await readUsage(cgroups, '/g/c')).toEqual({ cpuNanoseconds: 1234, memoryWorkingSetBytes: 3000 });
    expect(await oomKills(cgroups, '/g/c')).toBe(3);
    expect(await cgroups.processes('/g/c')).toEqual([9]);
    expect((await cgroups.children('/g')).sort()).toEqual(['c', 'other']);
  });

  test('what is gone has used nothing that anybody knows of', async () => {
    write('cgroup.controllers', '');
    const cgroups = openCgroups(root);
    expect(await readUsage(cgroups, '/none')).toBeUndefined();
    expect(await oomKills(cgroups, '/none')).toBe(0);
    expect(await cgroups.processes('/none')).toEqual([]);
    mkdirSync(join(root, 'empty'));
    await cgroups.remove('/empty');
    await cgroups.remove('/empty');
    expect(existsSync(join(root, 'empty'))).toBe(false);
  });

  test.each([1, 2])('of version %i stay while there is one below them, whoever takes away those that are empty', async (version) => {
    for (const name of version === 2 ? ['cgroup.controllers'] : ['memory/tasks', 'cpuset/tasks']) write(name, '');
    const cgroups = openCgroups(root);
    const path = (tree: string): string => join(root, version === 2 ? '' : tree, 'g/mine');
    let over = false;
    const taking = (async () => {
      while (!over) await cgroups.remove('/g');
    })();
    for (let round = 0; round < 200; round += 1) {
      await cgroups.make('/g/mine');
      expect(['memory', 'cpuset'].map((tree) => existsSync(path(tree)))).toEqual([true, true]);
      await cgroups.remove('/g/mine');
    }
    over = true;
    await taking;
  });

  test('of a container have room for others once its own processes stand aside', async () => {
    write('cgroup.controllers', 'cpu memory pids\n');
    write('cgroup.type', 'domain\n');
    write('cgroup.procs', '12\n');
    write('cgroup.subtree_control', 'cpu\n');
    await makeRoomForGroups(root);
    expect(readFileSync(join(root, 'init/cgroup.procs'), 'utf8')).toBe('12');
    expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +pids');
  });

  test('of a machine are left as they are', async () => {
    write('cgroup.controllers', 'cpu memory\n');
    write('cgroup.procs', '1\n2\n');
    write('cgroup.subtree_control', '');
    await makeRoomForGroups(root);
    expect(existsSync(join(root, 'init'))).toBe(false);
    expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe('');
  });
});

import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containerMounts, setUpVolumes } from './volumes.js';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'gantry-volumes-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const setUp = (...volumes: coreV1.Volume[]) => setUpVolumes({ spec: { containers: [], volumes } }, { podDirectory: join(root, 'pod'), forbidden: [join(root, 'kubelet'), join(root, 'engine.sock')] });
const hostPath = (path: string, type?: string): coreV1.Volume => ({ name: 'v', hostPath: { path, ...(type === undefined ? {} : { type }) } });
const mountsOf = (path: string, mount: Partial<coreV1.VolumeMount>) =>
  containerMounts({ name: 'c', volumeMounts: [{ name: 'v', mountPath: '/m', ...mount }] }, new Map([['v', path]]), [{ name: 'POD', value: 'web' }]);

describe('volumes', () => {
  test('an emptyDir is a directory that everyone may write, and stays what it is', async () => {
    const paths = await setUp({ name: 'v', emptyDir: {} });
    const path = paths.get('v') ?? '';
    expect((await stat(path)).mode & 0o777).toBe(0o777);
    await writeFile(join(path, 'kept'), 'x');
    expect((await setUp({ name: 'v', emptyDir: {} })).get('v')).toBe(path);
    expect((await stat(join(path, 'kept'))).isFile()).toBe(true);
  });

  test('a hostPath is what it says it is', async () => {
    await writeFile(join(root, 'file'), '');
    expect((await setUp(hostPath(join(root, 'made'), 'DirectoryOrCreate'))).get('v')).toBe(join(root, 'made'));
    expect((await setUp(hostPath(join(root, 'file'), 'File'))).get('v')).toBe(join(root, 'file'));
    await expect(setUp(hostPath(join(root, 'file'), 'Directory'))).rejects.toThrow(/is not a directory/);
    await expect(setUp(hostPath(join(root, 'none'), 'Directory'))).rejects.toThrow(/does not exist/);
  });

  test.each([['kubelet'], ['kubelet/pods'], ['engine.sock'], ['.'], ['link']])('a hostPath never shows %s of the node', async (path) => {
    await mkdir(join(root, 'kubelet', 'pods'), { recursive: true });
    await writeFile(join(root, 'engine.sock'), '');
    await symlink(join(root, 'kubelet'), join(root, 'link'));
    await expect(setUp(hostPath(join(root, path)))).rejects.toThrow(/access to the node itself/);
  });

  test.each([['run'], ['real'], ['real/engine.sock']])('a hostPath does not show %s where the forbidden path is known by a link', async (path) => {
    await mkdir(join(root, 'real'));
    await writeFile(join(root, 'real', 'engine.sock'), '');
    await symlink(join(root, 'real'), join(root, 'run'));
    const shown = setUpVolumes({ spec: { containers: [], volumes: [hostPath(join(root, path))] } }, { podDirectory: join(root, 'pod'), forbidden: [join(root, 'run', 'engine.sock')] });
    await expect(shown).rejects.toThrow(/access to the node itself/);
  });

  test('what is not supported is said', async () => {
    await expect(setUp({ name: 'v', nfs: { server: 's', path: '/' } })).rejects.toThrow('MountVolume.SetUp failed for volume "v" : volumes of type nfs are not supported by this kubelet');
  });
});

describe('mounts', () => {
  test('of a part of a volume make it, also by a variable', async () => {
    expect(await mountsOf(root, { subPath: 'a/b', readOnly: true })).toEqual([{ hostPath: join(root, 'a/b'), containerPath: '/m', readonly: true }]);
    expect(await mountsOf(root, { subPathExpr: 'logs-$(POD)' })).toEqual([{ hostPath: join(root, 'logs-web'), containerPath: '/m', readonly: false }]);
  });

  test.each([['../outside'], ['out'], ['out/deeper']])('do not leave the volume by %s', async (subPath) => {
    const volume = join(root, 'volume');
    await mkdir(volume);
    await mkdir(join(root, 'secret'));
    await symlink(join(root, 'secret'), join(volume, 'out'));
    await expect(mountsOf(volume, { subPath })).rejects.toThrow(/leaves the volume/);
    await expect(stat(join(root, 'secret', 'deeper'))).rejects.toThrow();
  });

  test('of no volume are refused', async () => {
    await expect(mountsOf(root, { name: 'other' })).rejects.toThrow('no such volume in the pod');
  });
});

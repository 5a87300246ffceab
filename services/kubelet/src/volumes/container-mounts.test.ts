import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../environment/environment.js';
import { containerMounts } from './container-mounts.js';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'gantry-mounts-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const mountsOf = (path: string, mount: Partial<coreV1.VolumeMount>, readonly = false) =>
  containerMounts({ name: 'c', volumeMounts: [{ name: 'v', mountPath: '/m', ...mount }] }, new Map([['v', { path, readonly }]]), [{ name: 'POD', value: 'web' }, { name: 'UP', value: '../x' }, { name: 'ROOT', value: '/etc' }]);

test('mounts of a part of a volume make it with the mode of the volume, also by a variable', async () => {
  expect(await mountsOf(root, { subPath: 'a/b', readOnly: true })).toEqual([{ hostPath: join(root, 'a/b'), within: root, containerPath: '/m', readonly: true }]);
  expect(await mountsOf(root, { subPathExpr: 'logs-$(POD)' })).toEqual([{ hostPath: join(root, 'logs-web'), within: root, containerPath: '/m', readonly: false }]);
  expect((await stat(join(root, 'a/b'))).mode).toBe((await stat(root)).mode);
});

test('containers that start at the same time may have the same part of a volume, which none of them found there', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => mountsOf(root, { subPath: 'same/deep' })));
  expect(new Set(all.map(([mount]) => mount?.hostPath))).toEqual(new Set([join(root, 'same/deep')]));
});

test('a file may be mounted, by a link within its volume too', async () => {
  await mkdir(join(root, '..data.1'));
  await writeFile(join(root, '..data.1', 'f'), '');
  await symlink('..data.1', join(root, '..data'));
  await symlink('..data/f', join(root, 'f'));
  expect(await mountsOf(root, { subPath: 'f' }, true)).toEqual([{ hostPath: join(root, '..data.1', 'f'), within: root, containerPath: '/m', readonly: true }]);
});

test.each([['out'], ['out/deeper'], ['out/much/deeper'], ['dangling'], ['dangling/deeper'], ['file/deeper']])('mounts do not leave the volume by %s', async (subPath) => {
  const volume = join(root, 'volume');
  await mkdir(volume);
  await mkdir(join(root, 'secret'));
  await writeFile(join(volume, 'file'), '');
  await symlink(join(root, 'secret'), join(volume, 'out'));
  await symlink(join(root, 'secret', 'none'), join(volume, 'dangling'));
  await expect(mountsOf(volume, { subPath })).rejects.toThrow(new ConfigError('failed to prepare subPath for volumeMount "v" of container "c"'));
  expect(await readdir(join(root, 'secret'))).toEqual([]);
});

test.each<[Partial<coreV1.VolumeMount>, string]>([
  [{ subPath: '../outside' }, "unable to provision SubPath `../outside`: must not contain '..'"],
  [{ subPathExpr: 'a/$(UP)' }, "unable to provision SubPath `a/../x`: must not contain '..'"],
  [{ subPathExpr: '$(ROOT)' }, 'error SubPath `/etc` must not be an absolute path'],
  [{ subPathExpr: '$(NONE)' }, 'failed to expand subPath for volumeMount "v" of container "c"'],
  [{ mountPropagation: 'Bidirectional' }, 'mount propagation Bidirectional of volume "v" is not supported by this kubelet'],
  [{ name: 'other' }, 'cannot find volume "other" to mount into container "c"'],
])('the mount %j is refused', async (mount, message) => {
  await expect(mountsOf(root, mount)).rejects.toThrow(new ConfigError(message));
});

import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../pods/pod.js';
import { setUpVolumes } from './volumes.js';
import type { VolumeSettings } from './volumes.js';

const isRoot = process.getuid?.() === 0;
let root: string;
let objects: { configMaps: Record<string, Partial<coreV1.ConfigMap>>; secrets: Record<string, Record<string, string>> };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gantry-volumes-'));
  objects = { configMaps: { settings: { data: { color: 'blue', size: '1' } } }, secrets: { keys: { token: Buffer.from('s3cret').toString('base64') } } };
});
afterEach(() => rm(root, { recursive: true, force: true }));

function settings(more: Partial<VolumeSettings> = {}): VolumeSettings {
  return {
    podDirectory: join(root, 'pod'), secretDirectory: join(root, 'memory'), forbidden: [join(root, 'kubelet'), join(root, 'engine.sock')], machineRoot: '', canMount: false, nodeMemory: 2 ** 30, now: Date.parse('2026-01-02T03:04:05Z'),
    sources: {
      configMap: (_, name) => Promise.resolve(objects.configMaps[name]),
      secret: (_, name) => Promise.resolve(objects.secrets[name] === undefined ? undefined : { data: objects.secrets[name] }),
    },
    fields: { nodeName: 'n1', hostIps: ['192.0.2.1'], podIp: undefined }, allocatable: { cpu: '4', memory: '8Gi' },
    tokens: { get: () => Promise.resolve({ token: 'a.token', refreshAt: 77 }) },
    ...more,
  };
}

const podOf = (volumes: coreV1.Volume[], spec: Partial<coreV1.PodSpec> = {}): Pod => ({
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { b: '2', a: 'say "1"\n' }, annotations: { note: 'é' } },
  spec: { containers: [{ name: 'main', resources: { limits: { cpu: '1500m' } } }], volumes, ...spec },
});

async function setUp(volume: Omit<coreV1.Volume, 'name'>, spec: Partial<coreV1.PodSpec> = {}, more: Partial<VolumeSettings> = {}): Promise<string> {
  const { volumes } = await setUpVolumes(podOf([{ name: 'v', ...volume }], spec), settings(more));
  return volumes.get('v')?.path ?? '';
}

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);
const contents = async (path: string): Promise<Record<string, string>> => {
  const names = (await readdir(path, { recursive: true })).filter((name) => !name.startsWith('..'));
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), 'utf8').catch(() => undefined)] as const));
  return Object.fromEntries(files.filter((entry): entry is [string, string] => entry[1] !== undefined));
};

describe('an emptyDir', () => {
  test('is a directory that everyone may write, and stays what its pod made of it', async () => {
    const path = await setUp({ emptyDir: {} });
    expect(await modeOf(path)).toBe('777');
    await writeFile(join(path, 'kept'), 'x');
    await chmod(path, 0o700);
    expect(await setUp({ emptyDir: {} })).toBe(path);
    expect(await contents(path)).toEqual({ kept: 'x' });
    expect(await modeOf(path)).toBe('700');
  });

  test.skipIf(!isRoot)('belongs to the group of the pod, and so does what is made in it (needs root)', async () => {
    const path = await setUp({ emptyDir: {} }, { securityContext: { fsGroup: 1234 } });
    expect(await modeOf(path)).toBe('2777');
    await writeFile(join(path, 'made'), '');
    expect([(await stat(path)).gid, (await stat(join(path, 'made'))).gid]).toEqual([1234, 1234]);
  });

  test('of a medium that cannot be had is refused', async () => {
    await expect(setUp({ emptyDir: { medium: 'Memory' } })).rejects.toThrow('MountVolume.SetUp failed for volume "v" : emptyDir of medium Memory needs a kubelet that may mount and an engine that sees its mounts');
    await expect(setUp({ emptyDir: { medium: 'HugePages' } })).rejects.toThrow('emptyDir of medium HugePages is not supported by this kubelet');
  });
});

describe('a config map', () => {
  test('is shown as files through links, and a change of it takes their place at once', async () => {
    const path = await setUp({ configMap: { name: 'settings' } });
    expect(await contents(path)).toEqual({ color: 'blue', size: '1' });
    expect(await readlink(join(path, 'color'))).toBe('..data/color');
    const before = await readlink(join(path, '..data'));
    expect(before).toMatch(/^\.\.2026_01_02_03_04_05\./);
    expect(await modeOf(join(path, 'color'))).toBe('644');
    await setUp({ configMap: { name: 'settings' } });
    expect(await readlink(join(path, '..data'))).toBe(before);
    objects.configMaps['settings'] = { data: { color: 'red' }, binaryData: { bin: Buffer.from([0xff, 0]).toString('base64') } };
    expect(await setUp({ configMap: { name: 'settings' } })).toBe(path);
    expect(await readFile(join(path, 'color'), 'utf8')).toBe('red');
    expect([...(await readFile(join(path, 'bin')))]).toEqual([0xff, 0]);
    expect((await readdir(path)).filter((name) => !name.startsWith('..2')).sort()).toEqual(['..data', 'bin', 'color']);
    expect((await readdir(path)).length).toBe(4);
  });

  test('is shown by its items, at their paths and with their modes', async () => {
    const path = await setUp({ configMap: { name: 'settings', defaultMode: 0o400, items: [{ key: 'color', path: 'a/deep/c' }, { key: 'size', path: 's', mode: 0o640 }] } });
    expect(await readFile(join(path, 'a/deep/c'), 'utf8')).toBe('blue');
    expect([await modeOf(join(path, 'a/deep/c')), await modeOf(join(path, 's')), await modeOf(join(path, 'a'))]).toEqual(['400', '640', '755']);
  });

  test.each<[string, coreV1.ConfigMapVolumeSource, string]>([
    ['object', { name: 'none' }, 'MountVolume.SetUp failed for volume "v" : configmap "none" not found'],
    ['key', { name: 'settings', items: [{ key: 'shape', path: 's' }] }, 'MountVolume.SetUp failed for volume "v" : references non-existent config key: shape'],
  ])('that lacks its %s is waited for, or left out where it is optional', async (_, source, message) => {
    await expect(setUp({ configMap: source })).rejects.toThrow(message);
    expect(await contents(await setUp({ configMap: { ...source, optional: true } }))).toEqual({});
  });

  test('is shown after a writer was killed at any line', async () => {
    const path = await setUp({ configMap: { name: 'settings' } });
    await rm(join(path, 'color'));
    await mkdir(join(path, '..2025_12_31_00_00_00.abc'));
    await symlink('..2025_12_31_00_00_00.abc', join(path, '..data_tmp'));
    objects.configMaps['settings'] = { data: { color: 'red', size: '1' } };
    await setUp({ configMap: { name: 'settings' } });
    expect(await contents(path)).toEqual({ color: 'red', size: '1' });
    expect((await readdir(path)).filter((name) => name.startsWith('..')).length).toBe(2);
  });
});

describe('what may be secret', () => {
  test('stands apart from the other files of the pod', async () => {
    const path = await setUp({ secret: { secretName: 'keys', defaultMode: 0o400 } });
    expect(path.startsWith(join(root, 'memory'))).toBe(true);
    expect(await modeOf(join(root, 'memory'))).toBe('700');
    expect(await contents(path)).toEqual({ token: 's3cret' });
    expect(await modeOf(join(path, 'token'))).toBe('400');
    await expect(setUp({ secret: { secretName: 'none' } })).rejects.toThrow('secret "none" not found');
    await expect(setUp({ secret: { secretName: 'keys', items: [{ key: 'x', path: 'x' }] } })).rejects.toThrow('references non-existent secret key: x');
  });

  test.skipIf(!isRoot)('is readable by the group of the pod (needs root)', async () => {
    const path = await setUp({ secret: { secretName: 'keys', defaultMode: 0o400 } }, { securityContext: { fsGroup: 1234 } });
    expect([await modeOf(join(path, 'token')), (await stat(join(path, 'token'))).gid]).toEqual(['440', 1234]);
    expect((await lstat(join(path, '..data'))).isSymbolicLink()).toBe(true);
  });
});

describe('the downward API', () => {
  test('shows fields of the pod and resources of its containers', async () => {
    const field = (path: string, fieldPath: string): coreV1.DownwardAPIVolumeFile => ({ path, fieldRef: { fieldPath } });
    const items = [field('name', 'metadata.name'), field('labels', 'metadata.labels'), field('one', "metadata.labels['b']"), field('notes', 'metadata.annotations'), { path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'limits.cpu', divisor: '1m' } }, { path: 'memory', resourceFieldRef: { containerName: 'main', resource: 'limits.memory', divisor: '1Gi' } }];
    expect(await contents(await setUp({ downwardAPI: { items } }))).toEqual({ name: 'web', labels: 'a="say \\"1\\"\\n"\nb="2"', one: '2', notes: 'note="é"', cpu: '1500', memory: '8' });
  });
});

describe('a projected volume', () => {
  const token = { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } };

  test('shows all its sources in one directory', async () => {
    const sources = [token, { configMap: { name: 'settings', items: [{ key: 'color', path: 'ca.crt' }] } }, { secret: { name: 'keys', items: [{ key: 'token', path: 'in/secret' }] } }, { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } }];
    const { volumes, dueAt } = await setUpVolumes(podOf([{ name: 'v', projected: { sources, defaultMode: 0o644 } }]), settings());
    expect(dueAt).toBe(77);
    expect(volumes.get('v')?.readonly).toBe(true);
    expect(await contents(volumes.get('v')?.path ?? '')).toEqual({ token: 'a.token', 'ca.crt': 'blue', namespace: 'shop', 'in/secret': 's3cret' });
  });

  test.skipIf(!isRoot).each<[string, Partial<coreV1.PodSpec>, string, number]>([
    ['anyone where users differ', {}, '644', 0],
    ['the user of the pod alone', { securityContext: { runAsUser: 1001 } }, '600', 1001],
    ['the group of the pod', { securityContext: { fsGroup: 1234 } }, '640', 0],
  ])('gives its token to %s (needs root)', async (_, spec, mode, uid) => {
    const file = join(await setUp({ projected: { sources: [token], defaultMode: 0o644 } }, spec), 'token');
    expect([await modeOf(file), (await stat(file)).uid]).toEqual([mode, uid]);
  });

  test('tells all that it lacks, and what is not supported', async () => {
    await expect(setUp({ projected: { sources: [{ configMap: { name: 'x' } }, { secret: { name: 'y' } }] } })).rejects.toThrow('MountVolume.SetUp failed for volume "v" : [configmap "x" not found, secret "y" not found]');
    await expect(setUp({ projected: { sources: [{ clusterTrustBundle: { path: 'x' } }] } })).rejects.toThrow('projected volumes of type clusterTrustBundle are not supported by this kubelet');
  });
});

describe('a hostPath', () => {
  const hostPath = (path: string, type?: string): Promise<string> => setUp({ hostPath: { path, ...(type === undefined ? {} : { type }) } });

  test('is what it says it is', async () => {
    await writeFile(join(root, 'file'), '');
    expect(await hostPath(join(root, 'made'), 'DirectoryOrCreate')).toBe(join(root, 'made'));
    expect(await hostPath(join(root, 'new'), 'FileOrCreate')).toBe(join(root, 'new'));
    expect(await hostPath(join(root, 'file'), 'File')).toBe(join(root, 'file'));
    expect(await hostPath('/dev/null', 'CharDevice')).toBe('/dev/null');
    const server = createServer().listen(join(root, 'sock'));
    expect(await hostPath(join(root, 'sock'), 'Socket')).toBe(join(root, 'sock'));
    await new Promise((resolve) => server.close(resolve));
  });

  test.each([
    ['file', 'Directory', 'a directory'], ['file', 'DirectoryOrCreate', 'a directory'], ['none', 'Directory', 'a directory'], ['folder', 'File', 'a file'], ['folder', 'FileOrCreate', 'a file'],
    ['none', 'File', 'a file'], ['file', 'Socket', 'a socket file'], ['file', 'CharDevice', 'a character device'], ['file', 'BlockDevice', 'a block device'],
  ])('%s is not taken for %s', async (name, type, what) => {
    await writeFile(join(root, 'file'), '');
    await mkdir(join(root, 'folder'));
    await expect(hostPath(join(root, name), type)).rejects.toThrow(`MountVolume.SetUp failed for volume "v" : hostPath type check failed: ${join(root, name)} is not ${what}`);
  });

  test.each([['kubelet'], ['kubelet/pods'], ['kubelet/made'], ['engine.sock'], ['.'], ['link'], ['link/made']])('never shows %s of the node, nor makes it', async (path) => {
    await mkdir(join(root, 'kubelet', 'pods'), { recursive: true });
    await writeFile(join(root, 'engine.sock'), '');
    await symlink(join(root, 'kubelet'), join(root, 'link'));
    await expect(hostPath(join(root, path), 'DirectoryOrCreate')).rejects.toThrow(/access to the node itself/);
    expect(await readdir(join(root, 'kubelet'))).toEqual(['pods']);
  });

  test.each([['run'], ['real'], ['real/engine.sock']])('does not show %s where the forbidden path is known by a link', async (path) => {
    await mkdir(join(root, 'real'));
    await writeFile(join(root, 'real', 'engine.sock'), '');
    await symlink(join(root, 'real'), join(root, 'run'));
    await expect(setUp({ hostPath: { path: join(root, path) } }, {}, { forbidden: [join(root, 'run', 'engine.sock')] })).rejects.toThrow(/access to the node itself/);
  });

  describe('of a machine whose root directory this process sees elsewhere', () => {
    const ofMachine = (path: string, type: string): Promise<string> => setUp({ hostPath: { path, type } }, {}, { machineRoot: join(root, 'machine'), forbidden: ['/run/engine.sock'] });
    beforeEach(async () => {
      await mkdir(join(root, 'machine', 'run'), { recursive: true });
      await writeFile(join(root, 'machine', 'run', 'engine.sock'), '');
      await symlink('/run', join(root, 'machine', 'link'));
    });

    test('is made there, and named as the machine names it', async () => {
      expect(await ofMachine('/data/made', 'DirectoryOrCreate')).toBe('/data/made');
      expect(await readdir(join(root, 'machine', 'data'))).toEqual(['made']);
      expect(await ofMachine('/link/made', 'FileOrCreate')).toBe('/run/made');
      expect((await readdir(join(root, 'machine', 'run'))).sort()).toEqual(['engine.sock', 'made']);
    });

    test.each(['/link/engine.sock', '/run', '/'])('is never %s', async (path) => {
      await expect(ofMachine(path, '')).rejects.toThrow(/access to the node itself/);
    });
  });
});

test('a volume that is not supported is said', async () => {
  await expect(setUp({ nfs: { server: 's', path: '/' } })).rejects.toThrow('MountVolume.SetUp failed for volume "v" : volumes of type nfs are not supported by this kubelet');
});

import { chmod, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import type { Mount } from '@gantry/container-runtime';
import { expand } from '../environment/expansion.js';
import type { EnvironmentVariable } from '../environment/environment.js';
import type { Container, Pod } from '../pods/pod.js';

/** A volume that cannot be mounted: the event `FailedMount`, and the pod waits. */
export class MountError extends Error {
  override readonly name = 'MountError';
  constructor(readonly volume: string, reason: string) {
    super(`MountVolume.SetUp failed for volume "${volume}" : ${reason}`);
  }
}

/** Host directories of a pod's volumes by name. */
export type VolumePaths = ReadonlyMap<string, string>;

export interface VolumeSettings {
  readonly podDirectory: string;
  /** Paths of the host that no pod may see: the engine's socket, the kubelet's own directory. */
  readonly forbidden: readonly string[];
}

/** Makes a pod's volumes, idempotently. */
export async function setUpVolumes(pod: Pod, settings: VolumeSettings): Promise<VolumePaths> {
  const paths = new Map<string, string>();
  for (const volume of pod.spec?.volumes ?? []) paths.set(volume.name, await setUp(volume, settings));
  return paths;
}

async function setUp(volume: coreV1.Volume, settings: VolumeSettings): Promise<string> {
  if (volume.emptyDir !== undefined) return emptyDir(volume.name, settings);
  if (volume.hostPath !== undefined) return hostPath(volume.name, volume.hostPath, settings);
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
  throw new MountError(volume.name, `volumes of type ${kind} are not supported by this kubelet`);
}

async function emptyDir(name: string, settings: VolumeSettings): Promise<string> {
  const path = join(settings.podDirectory, 'volumes', 'kubernetes.io~empty-dir', name);
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
  return path;
}

async function hostPath(name: string, source: coreV1.HostPathVolumeSource, settings: VolumeSettings): Promise<string> {
  const { path, type = '' } = source;
  if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
  if (type === 'FileOrCreate') await writeFile(path, '', { flag: 'a', mode: 0o644 });
  // An engine creates nothing for a bind: a path without a type is made as a directory, as engines did.
  if (type === '') await mkdir(path, { recursive: true }).catch(() => undefined);
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw new MountError(name, `hostPath type check failed: ${path} does not exist`);
  if (await isForbidden(real, settings.forbidden)) throw new MountError(name, `hostPath ${path} would give access to the node itself`);
  await checkType(name, path, real, type);
  return real;
}

async function checkType(name: string, path: string, real: string, type: string): Promise<void> {
  const isDirectory = (await stat(real)).isDirectory();
  if (type.startsWith('Directory') && !isDirectory) throw new MountError(name, `hostPath type check failed: ${path} is not a directory`);
  if (type.startsWith('File') && isDirectory) throw new MountError(name, `hostPath type check failed: ${path} is not a file`);
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

/** By its name and by where that leads: `/var/run/docker.sock` is `/run/docker.sock` on most machines, and `path` has no links left. */
async function isForbidden(path: string, forbidden: readonly string[]): Promise<boolean> {
  const resolved = await Promise.all(forbidden.map((one) => realpath(one).catch(() => one)));
  return [...forbidden, ...resolved].some((one) => overlaps(path, one));
}

/** A directory above a forbidden path shows it too. */
function overlaps(path: string, forbidden: string): boolean {
  return isInside(path, forbidden) || isInside(forbidden, path);
}

/** The binds of one container's volume mounts. */
export async function containerMounts(container: Container, volumes: VolumePaths, environment: readonly EnvironmentVariable[]): Promise<Mount[]> {
  const values = new Map(environment.map(({ name, value }) => [name, value]));
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const volume = volumes.get(mount.name);
    if (volume === undefined) throw new MountError(mount.name, 'no such volume in the pod');
    const subPath = mount.subPath ?? expand(mount.subPathExpr ?? '', (name) => values.get(name));
    const hostPath = subPath === '' ? volume : await subPathOf(mount.name, volume, subPath);
    mounts.push({ hostPath, containerPath: mount.mountPath, readonly: mount.readOnly === true });
  }
  return mounts;
}

/** Resolved before it is bound: a link inside the volume must not lead out of it. */
async function subPathOf(name: string, volume: string, subPath: string): Promise<string> {
  const path = join(volume, subPath);
  if (!isInside(path, volume)) throw new MountError(name, `subPath "${subPath}" leaves the volume`);
  const parent = await realpath(dirname(path)).catch(() => undefined);
  if (parent !== undefined && !isInside(parent, await realpath(volume))) throw new MountError(name, `subPath "${subPath}" leaves the volume`);
  if (parent !== undefined && (await stat(path).catch(() => undefined)) === undefined) await mkdir(path);
  else await mkdir(path, { recursive: true }).catch(() => undefined);
  const real = await realpath(path);
  if (!isInside(real, await realpath(volume))) throw new MountError(name, `subPath "${subPath}" leaves the volume`);
  return real;
}

import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import type { Pod } from '../pods/pod.js';
import { writePayload } from './atomic-writer.js';
import { emptyDir } from './empty-dir.js';
import { hostPath } from './host-path.js';
import { MountError } from './mount-error.js';
import { giveToGroup } from './ownership.js';
import type { Projected, ProjectionContext } from './projection.js';
import { project } from './projection.js';

/** Where a volume stands on the machine. */
export interface MountedVolume {
  readonly path: string;
  /** Containers may not write it, whatever their mounts say. */
  readonly readonly: boolean;
}

/** A pod's volumes by name. */
export type MountedVolumes = ReadonlyMap<string, MountedVolume>;

export interface VolumeSettings extends Omit<ProjectionContext, 'pod' | 'present'> {
  readonly podDirectory: string;
  /** Where files with secrets stand: in memory, where the kubelet may mount. */
  readonly secretDirectory: string;
  /** Paths of the host that no pod may see: the engine's socket, the kubelet's own directory. */
  readonly forbidden: readonly string[];
  /** Where this process sees the root directory of the machine that pods' host paths are of; empty: its own. */
  readonly machineRoot: string;
  readonly canMount: boolean;
  /** Bytes of memory that the node can give. */
  readonly nodeMemory: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface VolumesResult {
  readonly volumes: MountedVolumes;
  /** When one must be looked at again although nothing changes (milliseconds since the epoch). */
  readonly dueAt?: number;
}

/** Makes a pod's volumes and brings them up to date, idempotently. Throws a `MountError` for the first that cannot be mounted. */
export async function setUpVolumes(pod: Pod, settings: VolumeSettings): Promise<VolumesResult> {
  const volumes = new Map<string, MountedVolume>();
  const due: number[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    const { path, readonly, dueAt } = await guarded(volume.name, () => setUp(pod, volume, settings));
    volumes.set(volume.name, { path, readonly });
    if (dueAt !== undefined) due.push(dueAt);
  }
  return { volumes, ...(due.length === 0 ? {} : { dueAt: Math.min(...due) }) };
}

async function guarded<T>(volume: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MountError) throw error;
    throw new MountError(volume, error instanceof Error ? error.message : String(error));
  }
}

async function setUp(pod: Pod, volume: coreV1.Volume, settings: VolumeSettings): Promise<MountedVolume & { readonly dueAt?: number }> {
  const { name } = volume;
  const plugin = PROJECTED.find(([field]) => volume[field] !== undefined)?.[1];
  if (plugin !== undefined) return showFiles(pod, volume, join(directoryOf(volume, settings), 'volumes', plugin, name), settings);
  if (volume.emptyDir !== undefined) {
    const directory = join(settings.podDirectory, 'volumes', 'kubernetes.io~empty-dir');
    return { path: await emptyDir(pod, name, volume.emptyDir, { ...settings, directory }), readonly: false };
  }
  if (volume.hostPath !== undefined) return { path: await hostPath(name, volume.hostPath, settings), readonly: false };
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
  throw new MountError(name, `volumes of type ${kind} are not supported by this kubelet`);
}

/** Volumes of files, with the names of their directories. */
const PROJECTED = [
  ['configMap', 'kubernetes.io~configmap'],
  ['secret', 'kubernetes.io~secret'],
  ['downwardAPI', 'kubernetes.io~downward-api'],
  ['projected', 'kubernetes.io~projected'],
] as const;

/** Config maps stand on the disk; what may be secret does not. */
function directoryOf(volume: coreV1.Volume, settings: VolumeSettings): string {
  return volume.configMap === undefined ? settings.secretDirectory : settings.podDirectory;
}

async function showFiles(pod: Pod, volume: coreV1.Volume, path: string, settings: VolumeSettings): Promise<MountedVolume & { readonly dueAt?: number }> {
  const present = (file: string): Promise<string | undefined> => readFile(join(path, '..data', file), 'utf8').catch(() => undefined);
  const projected: Projected | undefined = await project(volume, { ...settings, pod, present });
  const group = pod.spec?.securityContext?.fsGroup;
  await mkdir(path, { recursive: true, mode: 0o700 });
  // As upstream: anyone may list it in the container; on the machine its parents keep others out.
  await chmod(path, 0o777);
  if (group !== undefined) await giveToGroup(path, group, 'read', false);
  await writePayload(path, projected?.payload ?? new Map(), (next) => (group === undefined ? Promise.resolve() : giveToGroup(next, group, 'read')), settings.now);
  return { path, readonly: true, ...(projected?.dueAt === undefined ? {} : { dueAt: projected.dueAt }) };
}

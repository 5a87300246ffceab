import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseQuantity } from '@gantry/apimachinery';
import type { coreV1 } from '@gantry/api-types';
import { containersOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { mountMemory } from './memory.js';
import { MountError } from './mount-error.js';
import { giveToGroup } from './ownership.js';

export interface EmptyDirSettings {
  /** Holds the pod's empty directories. */
  readonly directory: string;
  /** Whether containers would see what the kubelet mounts. */
  readonly canMount: boolean;
  /** Bytes of memory that the node can give. */
  readonly nodeMemory: number;
}

/** A directory that lives as long as its pod: what a container wrote or changed is never touched again. */
export async function emptyDir(pod: Pod, name: string, source: coreV1.EmptyDirVolumeSource, settings: EmptyDirSettings): Promise<string> {
  const { medium = '' } = source;
  const path = join(settings.directory, name);
  if (medium === '') await makeOnce(path, pod.spec?.securityContext?.fsGroup);
  else if (medium === 'Memory') await makeInMemory(pod, name, path, source, settings);
  else throw new MountError(name, `emptyDir of medium ${medium} is not supported by this kubelet`);
  return path;
}

/** Shown only when it is complete: one that a killed kubelet left half made is made anew. */
async function makeOnce(path: string, fsGroup: number | undefined): Promise<void> {
  if (await exists(path)) return;
  const draft = `${path}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await chmod(draft, 0o777);
  if (fsGroup !== undefined) await giveToGroup(draft, fsGroup, 'write');
  await rename(draft, path);
}

async function makeInMemory(pod: Pod, name: string, path: string, source: coreV1.EmptyDirVolumeSource, settings: EmptyDirSettings): Promise<void> {
  if (!settings.canMount) throw new MountError(name, 'emptyDir of medium Memory needs a kubelet that may mount and an engine that sees its mounts');
  const group = pod.spec?.securityContext?.fsGroup;
  await mkdir(path, { recursive: true });
  await mountMemory(path, { mode: group === undefined ? 0o777 : 0o2777, ...(group === undefined ? {} : { group }), sizeBytes: memorySize(pod, source, settings.nodeMemory) });
}

/** Bytes: the smallest of what the node has, what the pod's containers may use together, and the volume's own limit. */
export function memorySize(pod: Pod, { sizeLimit }: coreV1.EmptyDirVolumeSource, nodeMemory: number): number {
  const limits = containersOf(pod).map(({ resources }) => amount(resources?.limits?.['memory']));
  const together = limits.includes(0) ? 0 : limits.reduce((sum, limit) => sum + limit, 0);
  return Math.min(nodeMemory, ...[together, amount(sizeLimit)].filter((bytes) => bytes > 0));
}

function amount(text: string | undefined): number {
  return text === undefined ? 0 : parseQuantity(text).toNumber();
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

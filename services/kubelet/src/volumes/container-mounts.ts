import type { coreV1 } from '@gantry/api-types';
import type { Mount } from '@gantry/container-runtime';
import { ConfigError } from '../environment/environment.js';
import type { EnvironmentVariable } from '../environment/environment.js';
import { expand } from '../environment/expansion.js';
import type { Container } from '../pods/pod.js';
import { resolveSubPath } from './sub-path.js';
import type { MountedVolumes } from './volumes.js';

/** The binds of one container's volume mounts. Throws a `ConfigError` for a mount that cannot be. */
export async function containerMounts(container: Container, volumes: MountedVolumes, environment: readonly EnvironmentVariable[]): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) mounts.push(await bind(container, mount, volumes, environment));
  return mounts;
}

async function bind(container: Container, mount: coreV1.VolumeMount, volumes: MountedVolumes, environment: readonly EnvironmentVariable[]): Promise<Mount> {
  const { name, mountPath, mountPropagation, readOnly } = mount;
  const volume = volumes.get(name);
  if (volume === undefined) throw new ConfigError(`cannot find volume "${name}" to mount into container "${container.name}"`);
  // Mounts of the node made later are not shown; a pod that would show its own to the node cannot do its work.
  if (mountPropagation === 'Bidirectional') throw new ConfigError(`mount propagation Bidirectional of volume "${name}" is not supported by this kubelet`);
  const subPath = subPathOf(container, mount, environment);
  const source = subPath === '' ? { hostPath: volume.path } : await resolved(container, mount, volume.path, subPath);
  return { ...source, containerPath: mountPath.startsWith('/') ? mountPath : `/${mountPath}`, readonly: volume.readonly || readOnly === true };
}

function subPathOf(container: Container, { name, subPath = '', subPathExpr }: coreV1.VolumeMount, environment: readonly EnvironmentVariable[]): string {
  const path = subPathExpr === undefined || subPathExpr === '' ? subPath : expanded(container, name, subPathExpr, environment);
  if (path.startsWith('/')) throw new ConfigError(`error SubPath \`${path}\` must not be an absolute path`);
  if (path.split('/').includes('..')) throw new ConfigError(`unable to provision SubPath \`${path}\`: must not contain '..'`);
  return path;
}

function expanded(container: Container, volume: string, text: string, environment: readonly EnvironmentVariable[]): string {
  const values = new Map(environment.map(({ name, value }) => [name, value]));
  const missing = new Set<string>();
  const path = expand(text, (name) => {
    if (!values.has(name)) missing.add(name);
    return values.get(name);
  });
  if (missing.size > 0) throw new ConfigError(`failed to expand subPath for volumeMount "${volume}" of container "${container.name}"`);
  return path;
}

async function resolved(container: Container, { name }: coreV1.VolumeMount, volume: string, subPath: string): Promise<Pick<Mount, 'hostPath' | 'within'>> {
  try {
    return await resolveSubPath(volume, subPath);
  } catch (error) {
    throw new ConfigError(`failed to prepare subPath for volumeMount "${name}" of container "${container.name}"`, { cause: error });
  }
}

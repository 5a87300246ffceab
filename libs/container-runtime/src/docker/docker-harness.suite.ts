import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { createDockerRuntime } from './docker-runtime.js';
import type { ContainerRuntime } from '../runtime.js';
import type { DockerRuntimeOptions } from './docker-runtime.js';

export const socketPath = '/var/run/docker.sock';
export const testImage = 'busybox:1.36';

/** Why no test can run on an engine here; undefined when one answers and has the images. */
export async function engineAbsent(): Promise<string | undefined> {
  const docker = new Docker({ socketPath });
  try {
    await docker.ping();
  } catch {
    return 'no Docker engine answers';
  }
  for (const image of [testImage, 'registry.k8s.io/pause:3.10']) {
    const missing = await docker.getImage(image).inspect().then(() => false, () => true);
    if (missing) return `the engine has no image ${image}`;
  }
  return undefined;
}

/** Options of a cluster of its own, so that tests do not meet each other. */
export function ownCluster(): DockerRuntimeOptions {
  return { socketPath, cluster: `test-${randomBytes(4).toString('hex')}`, node: 'n1' };
}

/** Removes whatever carries the cluster's label. */
export async function removeAll(cluster: string): Promise<void> {
  const docker = new Docker({ socketPath });
  const left = await docker.listContainers({ all: true, filters: JSON.stringify({ label: [`io.gantry.cluster=${cluster}`] }) });
  await Promise.all(left.map((info) => docker.getContainer(info.Id).remove({ force: true, v: true }).catch(() => undefined)));
}

/** Those of the cluster that the engine still has. */
export async function leftOver(cluster: string): Promise<string[]> {
  const left = await new Docker({ socketPath }).listContainers({ all: true, filters: JSON.stringify({ label: [`io.gantry.cluster=${cluster}`] }) });
  return left.flatMap((info) => info.Names);
}

export interface DockerBed {
  readonly runtime: ContainerRuntime;
  readonly options: DockerRuntimeOptions;
  /** Another connection to the same node. */
  again(): ContainerRuntime;
  readonly image: string;
  dispose(): Promise<void>;
}

/** A node of a cluster of its own on the engine, for a suite of runtimes; or why there is none. */
export async function dockerBed(): Promise<DockerBed | string> {
  const absent = await engineAbsent();
  if (absent !== undefined) return absent;
  const options = ownCluster();
  const runtime = createDockerRuntime(options);
  return {
    runtime, options, image: testImage,
    again: () => createDockerRuntime(options),
    dispose: async () => {
      await removeAll(options.cluster);
      await runtime.close();
    },
  };
}

export { createDockerRuntime };

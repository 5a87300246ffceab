import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import { removeMachineNetwork, removeNodeNamespace } from '../machine-network/machine-network.js';
import { networkNames } from '../machine-network/names.js';
import { presentPrograms, type OciPrograms } from '../programs/programs.js';
import type { Places } from '../state/places.js';

const CGROUPS = '/sys/fs/cgroup';

/**
 * Removes all that a cluster has of containers without an engine, and its network. Idempotent. Returns how many containers and networks there
 * were. Rejects, and keeps what says what there is, where the programs that ran the containers are gone.
 */
export async function removeOciObjects(places: Places, programs = presentPrograms): Promise<{ containers: number; networks: number }> {
  if (!existsSync(places.containers)) return { containers: 0, networks: 0 };
  const nodes = await readdir(places.containers);
  const removed = await Promise.all(nodes.map((node) => removeContainers(places, node, programs)));
  const namespaces = await removeMachineNetwork(networkNames(places.instance));
  await removeGroups([`gantry/${places.instance}`, 'gantry']);
  await rm(places.containers, { recursive: true, force: true });
  return { containers: removed.reduce((sum, count) => sum + count, 0), networks: namespaces > 0 ? 1 : 0 };
}

/** The same of one node, whose process has ended. */
export async function removeOciNode(places: Places, node: string): Promise<void> {
  if (existsSync(join(places.containers, node))) await removeContainers(places, node, presentPrograms);
  await removeNodeNamespace(networkNames(places.instance), node);
}

/** By the runtime; then whatever is still mounted or written. */
async function removeContainers(places: Places, node: string, programs: typeof presentPrograms): Promise<number> {
  const root = join(places.containers, node);
  const count = (await isEmpty(root)) ? 0 : await removeByRuntime(places, node, root, await programs());
  const { unmountBelow } = await import('@gantry/kubelet/parts');
  await unmountBelow(root);
  await removeGroups([`gantry/${places.instance}/${node}`]);
  // Last: without it nobody looks for the others.
  await rm(root, { recursive: true, force: true });
  return count;
}

/** Loaded where it is needed: a command line need not load a runtime. */
async function removeByRuntime({ instance, images }: Places, node: string, root: string, programs: OciPrograms): Promise<number> {
  const { openOciRuntime } = await import('../node-process/oci-runtime.js');
  const runtime = await openOciRuntime({ instance, images, node, root, programs, resolvers: [], logger: silentLogger });
  try {
    const [sandboxes, containers] = await Promise.all([runtime.listSandboxes(), runtime.listContainers()]);
    await Promise.all(sandboxes.map(({ id }) => runtime.removeSandbox(id)));
    return sandboxes.length + containers.length;
  } finally {
    await runtime.close();
  }
}

/** Whether no sandbox and no container was ever written down there, or all are gone. */
async function isEmpty(root: string): Promise<boolean> {
  const records = await Promise.all(['sandboxes', 'containers'].map((folder) => readdir(join(root, folder)).catch((): string[] => [])));
  return records.flat().length === 0;
}

/** Empty control groups, in the trees of either version. */
async function removeGroups(groups: readonly string[]): Promise<void> {
  const trees = [CGROUPS, ...(await readdir(CGROUPS).catch((): string[] => [])).map((name) => join(CGROUPS, name))];
  for (const group of groups) await Promise.all(trees.map((tree) => rmdir(join(tree, group)).catch(() => undefined)));
}

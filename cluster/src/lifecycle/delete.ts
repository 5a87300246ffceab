import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { removeClusterObjects } from '@gantry/container-runtime/docker';
import { unmergeKubeconfig } from '../kubeconfig/merge.js';
import { ClusterError } from '../options.js';
import { endOrphan } from '../postgres/postgres.js';
import { placesOf } from '../state/places.js';
import { readSettings } from '../state/settings.js';
import { endNodeProcesses } from './node-processes.js';
import { removeOciObjects } from './oci-objects.js';
import { killCluster } from './stop.js';

export interface Deleted {
  readonly containers: number;
  readonly networks: number;
}

const MOST_PASSES = 50;

/**
 * Leaves the machine as it was found: the processes end at once (pods get no grace: nothing of them is kept), then containers, networks, kubeconfig entries and files go. Every
 * step is safe to repeat, and the folder that says what there is goes last, so a delete that was cut short can be run again.
 * What a start that failed early left, or a folder removed by hand, is cleared away as well.
 */
export async function deleteCluster(home: string, name: string): Promise<Deleted> {
  const places = placesOf(home, name);
  const settings = await readSettings(places);
  if (settings === undefined && !existsSync(places.folder) && !existsSync(places.system)) {
    throw new ClusterError(`there is no cluster "${name}" under ${home}`, 'see what there is with "gantry list"');
  }
  await killCluster(home, name);
  await endNodeProcesses(places);
  await endOrphan(places.postgresData);
  const onEngine = settings?.engineSocket === undefined ? { containers: 0, networks: 0 } : await removeEngineObjects(settings.engineSocket, name, places.homeHash);
  const others = await removeOciObjects(places);
  if (settings?.kubeconfig !== undefined) await unmergeKubeconfig(settings.kubeconfig, name);
  await unmountAll(places.nodes);
  await rm(places.system, { recursive: true, force: true });
  await rm(places.folder, { recursive: true, force: true });
  return { containers: onEngine.containers + others.containers, networks: onEngine.networks + others.networks };
}

/** Nodes keep what may be secret in memory. Loaded where it is needed: a command line need not load a kubelet. */
async function unmountAll(directory: string): Promise<void> {
  const { unmountBelow } = await import('@gantry/kubelet/parts');
  await unmountBelow(directory);
}

/** A node's process may have asked the engine for one more container just before it ended: until there is nothing to remove. */
async function removeAll(remove: () => Promise<Deleted>): Promise<Deleted> {
  const total = { containers: 0, networks: 0 };
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const { containers, networks } = await remove();
    if (containers + networks === 0) return total;
    total.containers += containers;
    total.networks += networks;
  }
  throw new Error(`that it still has containers after ${MOST_PASSES} removals`);
}

async function removeEngineObjects(socket: string, name: string, homeHash: string): Promise<Deleted> {
  try {
    return await removeAll(() => removeClusterObjects(socket, name, homeHash));
  } catch (error) {
    throw new ClusterError(`the containers of cluster "${name}" cannot be removed: the Docker engine at ${socket} answers ${(error as Error).message}`, 'start the engine and run the delete again', { cause: error });
  }
}

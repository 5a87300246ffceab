import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { removeClusterObjects } from '@gantry/container-runtime/docker';
import { unmergeKubeconfig } from '../kubeconfig/merge.js';
import { ClusterError } from '../options.js';
import { endOrphan } from '../postgres/postgres.js';
import { placesOf } from '../state/places.js';
import { readSettings } from '../state/settings.js';
import { stopCluster } from './stop.js';

export interface Deleted {
  readonly containers: number;
  readonly networks: number;
}

/**
 * Leaves the machine as it was found: the processes end, then containers, networks, kubeconfig entries and files go. Every
 * step is safe to repeat, and the folder that says what there is goes last, so a delete that was cut short can be run again.
 * What a start that failed early left, or a folder removed by hand, is cleared away as well.
 */
export async function deleteCluster(home: string, name: string): Promise<Deleted> {
  const places = placesOf(home, name);
  const settings = await readSettings(places);
  if (settings === undefined && !existsSync(places.folder) && !existsSync(places.system)) {
    throw new ClusterError(`there is no cluster "${name}" under ${home}`, 'see what there is with "gantry list"');
  }
  await stopCluster(home, name);
  await endOrphan(places.postgresData);
  const removed = settings?.engineSocket === undefined ? { containers: 0, networks: 0 } : await removeEngineObjects(settings.engineSocket, name, places.homeHash);
  if (settings?.kubeconfig !== undefined) await unmergeKubeconfig(settings.kubeconfig, name);
  await rm(places.system, { recursive: true, force: true });
  await rm(places.folder, { recursive: true, force: true });
  return removed;
}

async function removeEngineObjects(socket: string, name: string, homeHash: string): Promise<Deleted> {
  try {
    return await removeClusterObjects(socket, name, homeHash);
  } catch (error) {
    throw new ClusterError(`the containers of cluster "${name}" cannot be removed: the Docker engine at ${socket} answers ${(error as Error).message}`, 'start the engine and run the delete again', { cause: error });
  }
}

import { describeEngine } from '@gantry/container-runtime';
import type { Machine } from '../machine/machine.js';
import { ClusterError } from '../options.js';
import type { Places } from '../state/places.js';
import type { Settings } from '../state/settings.js';
import { endNodeProcesses } from './node-processes.js';
import { removeOciObjects } from './oci-objects.js';

export interface FormerRuntimeOptions {
  readonly machine: Machine;
  readonly remembered: Settings | undefined;
  readonly places: Places;
}

/**
 * A cluster whose containers ran otherwise before has them made anew: what is left of the former ones goes, so that no pod runs twice. With
 * hollow pods nothing is made anew, and nothing goes.
 */
export async function removeFormerContainers({ machine, remembered, places }: FormerRuntimeOptions): Promise<void> {
  if (machine.runtime === 'hollow') return;
  await endNodeProcesses(places);
  if (machine.runtime === 'docker') await removeOciObjects(places);
  if (machine.runtime === 'oci' && remembered?.engineSocket !== undefined) await removeFromEngine(remembered.engineSocket, remembered.name, places.homeHash);
}

/** An engine that is away runs nothing, mostly; a delete asks for it again. One that answers and keeps them would run them twice. */
async function removeFromEngine(socket: string, name: string, homeHash: string): Promise<void> {
  if ((await describeEngine(socket)) === undefined) return;
  const { removeClusterObjects } = await import('@gantry/container-runtime/docker');
  try {
    await removeClusterObjects(socket, name, homeHash);
  } catch (error) {
    throw new ClusterError(`the containers that the Docker engine at ${socket} ran for "${name}" before cannot be removed: ${(error as Error).message}`, 'mend that, or start with "--runtime docker"', { cause: error });
  }
}

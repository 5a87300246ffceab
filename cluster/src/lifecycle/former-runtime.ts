import type { Machine } from '../machine/machine.js';
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
  if (machine.runtime !== 'oci' || remembered?.engineSocket === undefined) return;
  const { removeClusterObjects } = await import('@gantry/container-runtime/docker');
  // An engine that is away runs nothing, mostly; a delete asks for it again.
  await removeClusterObjects(remembered.engineSocket, remembered.name, places.homeHash).catch(() => undefined);
}

import { allContainersOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { currentSandbox, isAlive, startsOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';

export interface Garbage {
  readonly containers: readonly string[];
  readonly sandboxes: readonly string[];
}

/** Of each container its newest start and the dead one before it are kept, for status and previous logs; a sandbox as long as it holds one of those. */
export function findGarbage(pod: Pod, world: PodWorld): Garbage {
  const names = allContainersOf(pod).map(({ name }) => name);
  const kept = new Set(names.flatMap((name) => startsOf(world, name).slice(0, 2)));
  const containers = world.containers.filter((container) => !kept.has(container) && !isAlive(container));
  const current = currentSandbox(world)?.id;
  const holding = new Set(world.containers.filter((container) => !containers.includes(container)).map(({ sandboxId }) => sandboxId));
  const sandboxes = world.sandboxes.filter((sandbox) => sandbox.id !== current && sandbox.state === 'notready' && !holding.has(sandbox.id));
  // The newest keeps the count of attempts even when nothing of it is left.
  return { containers: containers.map(({ id }) => id), sandboxes: sandboxes.filter((sandbox) => sandbox !== world.sandboxes[0]).map(({ id }) => id) };
}

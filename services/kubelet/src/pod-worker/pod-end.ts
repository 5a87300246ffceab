import { containersOf, initContainersOf, isSidecar, restartPolicyOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { assumeHealthy } from '../probes/health.js';
import type { HealthOf } from '../probes/health.js';
import { restarts } from './restart.js';

export type PodEnd = 'Succeeded' | 'Failed';

/** How the pod ended by itself: all its containers are through, or an init container failed for good. Undefined: it goes on. */
export function podEnd(pod: Pod, world: PodWorld, health: HealthOf = assumeHealthy): PodEnd | undefined {
  if (restartPolicyOf(pod) === 'Never' && initContainersOf(pod).some((container) => failedInit(container, world))) return 'Failed';
  const ends = containersOf(pod).map((container) => finalExit(pod, container, world, health));
  if (ends.length === 0 || ends.includes(undefined)) return undefined;
  return ends.every((exitCode) => exitCode === 0) ? 'Succeeded' : 'Failed';
}

function failedInit(container: Container, world: PodWorld): boolean {
  const latest = latestOf(world, container.name);
  return !isSidecar(container) && latest?.state === 'exited' && latest.exitCode !== 0;
}

/** The exit code with which a container ended and will not be started again. */
function finalExit(pod: Pod, container: Container, world: PodWorld, health: HealthOf): number | undefined {
  const latest = latestOf(world, container.name);
  if (latest?.state !== 'exited' || restarts(restartPolicyOf(pod), latest.exitCode)) return undefined;
  if (health(container, latest.id).ended === true) return undefined;
  return latest.exitCode;
}

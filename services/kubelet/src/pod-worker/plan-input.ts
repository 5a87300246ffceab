import type { SandboxStatus } from '@gantry/container-runtime';
import type { Pod } from '../pods/pod.js';
import type { PodWorld } from '../pods/world.js';
import type { HealthOf } from '../probes/health.js';

/** What the next step of a pod's containers is decided from. */
export interface PlanInput {
  readonly pod: Pod;
  readonly world: PodWorld;
  /** The current one. */
  readonly sandbox: SandboxStatus;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly health: HealthOf;
}

import type { Container } from '../pods/pod.js';

/** What a kubelet knows of a running container beyond the word of the runtime. */
export interface ContainerHealth {
  /** Its hook is through and its startup probe, where there is one, has succeeded. */
  readonly started: boolean;
  readonly ready: boolean;
  /** The probe for whose sake it is to be ended. */
  readonly failed?: 'liveness' | 'startup';
  /** Its hook still runs: to the API it has not come up yet. */
  readonly hooked?: true;
  /** It was ended only to be started again, whatever its policy says of its exit. */
  readonly ended?: true;
  /** It was ended for another one to take its place: that does not wait. */
  readonly renewed?: true;
}

export type HealthOf = (container: Container, containerId: string) => ContainerHealth;

/** Of containers that nobody probes: to run is to be ready. */
export const assumeHealthy: HealthOf = () => ({ started: true, ready: true });

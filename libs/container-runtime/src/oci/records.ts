import type { ProcessIdentity } from '@gantry/machine';
import type { ContainerConfig, ContainerState, SandboxConfig } from '../runtime.js';

/** What stands in `sandbox.json`, written before anything else of it is made. */
export interface SandboxRecord {
  readonly id: string;
  readonly config: SandboxConfig;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The process whose namespaces are the sandbox's; unset: not yet there. */
  readonly holder?: ProcessIdentity;
  readonly stopped?: boolean;
}

/** What stands in `container.json`, written before anything else of it is made, and again at each step. */
export interface ContainerRecord {
  readonly id: string;
  readonly sandboxId: string;
  readonly podUid: string;
  readonly config: ContainerConfig;
  readonly imageId: string;
  readonly imageRef: string;
  /** Number of the signal that ends it. */
  readonly stopSignal: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** A reaper was, or is about to be, started for it. */
  readonly starting?: boolean;
  readonly started?: StartedContainer;
  readonly ended?: EndedContainer;
}

/** Its process 1, as this machine numbers it. */
export interface StartedContainer extends ProcessIdentity {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly reaper: ProcessIdentity;
}

/** How it ended: by itself, or because its start failed or its reaper is gone. */
export interface EndedContainer {
  readonly at: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

/** A container as it is now. */
export interface KnownContainer {
  readonly record: ContainerRecord;
  readonly state: ContainerState;
}

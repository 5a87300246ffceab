import type { ContainerConfig, ContainerState, SandboxConfig } from '../runtime.js';

/** What stands in `sandbox.json`, written before anything else of it is made. */
export interface SandboxRecord {
  readonly id: string;
  readonly config: SandboxConfig;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What stands in `container.json`, written before anything else of it is made, and again at each step. */
export interface ContainerRecord {
  readonly id: string;
  readonly sandboxId: string;
  readonly podUid: string;
  readonly config: ContainerConfig;
  readonly imageId: string;
  readonly imageRef: string;
  /** Signal name or number that ends it. */
  readonly stopSignal: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** A reaper was, or is about to be, started for it. */
  readonly starting?: boolean;
  readonly started?: StartedContainer;
  readonly ended?: EndedContainer;
}

export interface StartedContainer {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its process 1 and its reaper, as this machine numbers them. */
  readonly pid: number;
  readonly reaper: number;
}

/** An end that the reaper did not see: the start failed, or the reaper itself is gone. */
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

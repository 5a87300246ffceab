import type { Logger } from '@gantry/async';
import type { ContainerRuntime } from '../runtime.js';
import type { RuntimeBinary } from './options.js';
import type { OciPlaces } from './places.js';
import type { KnownContainer } from './records.js';

/** The containers of this node, for whoever works inside of them. */
export interface OciContainers {
  /** Rejects with `not-found`. */
  get(id: string): Promise<KnownContainer>;
  list(): Promise<readonly KnownContainer[]>;
  /** Resolves when it has exited or is gone; at once where that is so already. Rejects with the reason of `signal`. */
  exited(id: string, signal: AbortSignal): Promise<void>;
}

/** What the streams of containers (logs, commands, terminals) are made of. */
export interface StreamDependencies {
  readonly places: OciPlaces;
  readonly containers: OciContainers;
  readonly binary: RuntimeBinary;
  /** The program and the arguments that come before the runtime's own command, such as `exec`. */
  readonly runtimeCommand: readonly [program: string, ...args: string[]];
  readonly logger: Logger;
  /** Aborts when the runtime is closed. */
  readonly closed: AbortSignal;
}

/** Those verbs of a runtime that carry bytes. */
export type OciStreams = Pick<ContainerRuntime, 'execSync' | 'exec' | 'attach' | 'endCommands' | 'logs'>;

/** Makes them. */
export type MakeOciStreams = (dependencies: StreamDependencies) => OciStreams;

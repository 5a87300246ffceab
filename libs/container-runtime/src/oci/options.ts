import type { Logger } from '@gantry/async';
import type { ImageStore } from '@gantry/container-images';

/** A program that keeps the runtime specification of OCI. */
export interface RuntimeBinary {
  readonly kind: 'crun' | 'runc';
  /** Absolute. */
  readonly path: string;
}

export interface OciOptions {
  /** Of this node alone: what is known of its sandboxes and containers, and their writable layers. Made where it is not there. */
  readonly root: string;
  /** Of the machine; closed by whoever opened it. */
  readonly images: ImageStore;
  readonly binary: RuntimeBinary;
  /** Absolute path of conmon, the reaper of each container. */
  readonly conmon: string;
  /** Together they name the parent of all control groups of this node. */
  readonly cluster: string;
  readonly node: string;
  readonly logger?: Logger;
}

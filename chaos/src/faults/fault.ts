import type { Random } from '@gantry/testkit';
import type { ControlPlane } from '../plane/control-plane.js';

/** What a fault works with. */
export interface Harm {
  readonly plane: ControlPlane;
  readonly random: Random;
  /** Milliseconds, shortened where the run is short or gentle. */
  readonly span: (least: number, most: number) => number;
  /** Waits; ends early when the run does. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** One way to harm a cluster. `run` also undoes it; false: it could not strike now. */
export interface FaultKind {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  readonly run: (harm: Harm) => Promise<boolean | void>;
}

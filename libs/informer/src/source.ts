import type { KubeObject } from '@gantry/client';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Where a source puts what it learns. */
export interface Sink<T extends KubeObject> {
  /** All objects there were at `revision`: what is not among them is gone. */
  replace(objects: readonly T[], revision: number): void;
  /**
   * One change, at the object's own revision unless the object was read later than the change was made. What is not newer than
   * what was shown before is ignored, so duplicates do no harm.
   */
  apply(type: ChangeType, object: T, revision?: number): void;
  /** A delete whose last state is not known, at `revision`. */
  remove(key: string, revision: number): void;
  /** Nothing is missing up to `revision`. */
  progress(revision: number): void;
  /** Up to where nothing is missing; undefined before the first `replace`. */
  readonly revision: number | undefined;
}

/** Where a cache's contents come from. */
export interface InformerSource<T extends KubeObject> {
  /**
   * Feeds the sink until `signal` is aborted or there is a reason to begin again: returns to do so at once, throws to do so
   * after a back-off. `alive` is to be called when the server shows itself able to serve: it resets the back-off.
   */
  run(sink: Sink<T>, signal: AbortSignal, alive: () => void): Promise<void>;
}

import type { Containers } from './containers.js';

/** A cluster of one form, as a suite sees it that runs over every form with one text. */
export interface FormCluster {
  /** A kubeconfig of this suite's own with nothing but this cluster, once it is up. */
  readonly kubeconfig: string;
  /** What runs of it, as the machine sees it. */
  readonly containers: Containers;
  /** Resolves when the API answers and that many nodes at least, `node-1` and on, are Ready. */
  up(nodes: number): Promise<void>;
  /** The node's process and all its containers, at once and from outside, as in a crash; whatever starts them again does so by itself. */
  killNode(name: string): Promise<void>;
  /** By the command that a user has for it. */
  delete(): Promise<void>;
  /** What is on the machine since `up` and must be gone after `delete`, one line a thing. */
  left(): Promise<string[]>;
  /** Frees all that is still there, whatever failed before. */
  dispose(): Promise<void>;
}

/** Standalone on an engine or without one, or as services of Compose. */
export interface ClusterForm {
  /** What titles of tests say of it. */
  readonly title: string;
  /** Where it has the images of the examples. */
  readonly runtime: RuntimeUnderTest;
  /** Nothing of it is up yet. */
  cluster(name: string): Promise<FormCluster>;
}

/** What runs the containers of a cluster that is tested. */
export type RuntimeUnderTest = 'docker' | 'oci';

/** For `describe.skipIf`: a title with the reason, where there is one. */
export function titled(title: string, form: ClusterForm, reason: string | undefined): string {
  return `${title}${form.title}${reason === undefined ? '' : ` (skipped: ${reason})`}`;
}

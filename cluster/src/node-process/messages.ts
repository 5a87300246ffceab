import type { NetworkSettings } from '../network/settings.js';
import type { OciPrograms } from '../programs/programs.js';

/** Containers by a Docker engine. */
export interface DockerNodeRuntime {
  readonly kind: 'docker';
  readonly engineSocket: string;
  /** Docker id of the container whose network namespace is the node's. */
  readonly networkContainer: string;
  readonly pauseImage: string;
  /** Put on every container: they tell clusters of one name apart. */
  readonly containerLabels: Readonly<Record<string, string>>;
}

/** Containers without an engine. */
export interface OciNodeRuntime {
  readonly kind: 'oci';
  /** Tells the cluster from its namesakes. */
  readonly instance: string;
  /** Holds all that is known of the node's containers, and what they wrote. */
  readonly root: string;
  /** Images of all nodes of the machine. */
  readonly images: string;
  readonly programs: OciPrograms;
  /** Whom the node asks names that are not the cluster's, also those of registries; nobody: it knows no others. */
  readonly resolvers: readonly string[];
}

/** What a node is. */
export interface NodeSettings {
  /** Owns the containers, with the node's name. */
  readonly cluster: string;
  readonly nodeName: string;
  /** The kubelet's directory: pods' volumes, logs, plumbing. */
  readonly dataDirectory: string;
  readonly runtime: DockerNodeRuntime | OciNodeRuntime;
  readonly nodeAddress: string;
  readonly network: NetworkSettings;
  /** As in the status of a Node: quantities. */
  readonly capacity: { readonly cpu: string; readonly memory: string; readonly pods: string };
  readonly labels: Readonly<Record<string, string>>;
  readonly kubeletVersion: string;
}

/** Everything that a node's child process must know: it gets it as the first message of its channel. */
export interface NodeProcessConfig extends NodeSettings {
  readonly busSocket: string;
  readonly busToken: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** What the parent and the child say to each other. */
export type NodeMessage =
  | { readonly type: 'configure'; readonly config: NodeProcessConfig }
  /** What the user should know though the node serves, in a sentence. */
  | { readonly type: 'warning'; readonly text: string }
  /** The node is registered. */
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'stop'; readonly endPods: boolean };

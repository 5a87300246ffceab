import type { coreV1 } from '@gantry/api-types';
import type { Clock, Logger } from '@gantry/async';
import { systemClock } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Client } from '@gantry/client';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { Informer } from '@gantry/informer';
import type { Metrics } from '@gantry/platform/metrics';
import type { ImageGarbageSettings } from './images/image-garbage.js';
import { IMAGE_GARBAGE_DEFAULTS } from './images/image-garbage.js';
import type { MakePodNetwork } from './network/pod-network.js';
import type { NodeCapacity } from './node/node-object.js';
import type { PodCache } from './pods/pod-source.js';

export interface KubeletOptions {
  /** With the node's own identity. */
  readonly client: Client;
  readonly bus: Bus;
  /** Closed by whoever made it. */
  readonly runtime: ContainerRuntime;
  readonly nodeName: string;
  readonly logger: Logger;
  /** The kubelet's directory, on the machine whose paths the runtime mounts. */
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly capacity: NodeCapacity;
  /** Undefined: pods have the address that the runtime gives them, if any. */
  readonly network: MakePodNetwork | undefined;
  readonly addresses: readonly coreV1.NodeAddress[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Given to the node when it is registered; later ones are others' business. */
  readonly taints?: readonly coreV1.Taint[];
  /** The range of its pods that the node is registered with; else it waits for one of the cluster's. */
  readonly podCidr?: string;
  /** Milliseconds between renewals of the node's lease. */
  readonly heartbeat?: number;
  /** The node's pods, for kubelets that share a cache; else it has its own. */
  readonly pods?: PodCache;
  readonly kubeletVersion?: string;
  /** None: pods resolve as the node does. */
  readonly clusterDns?: readonly string[];
  readonly clusterDomain?: string;
  /** All Services, started and stopped by whoever made it; none: containers are told of no Services by variables. */
  readonly services?: Pick<Informer<coreV1.Service>, 'lister' | 'waitForSync'>;
  /** The node's own files, from which pods' are made. */
  readonly resolvConfPath?: string;
  readonly hostsPath?: string;
  /** Paths of the host that no pod may mount, beside `dataDir`: the engine's socket. */
  readonly forbiddenPaths?: readonly string[];
  /** Where this process sees the root directory of the machine whose paths the runtime mounts; empty where that is its own. */
  readonly machineRoot?: string;
  /** Of the node's process: the kubelet counts in it, and shows all of it. None: it shows what can be seen when somebody asks. */
  readonly metrics?: Metrics;
  /** Pods looked at at once. */
  readonly concurrency?: number;
  /** Images pulled at once; 1: one after another. */
  readonly maxParallelImagePulls?: number;
  /** When images that nothing uses are removed, of runtimes that keep their own. */
  readonly imageGarbage?: ImageGarbageSettings;
}

const KUBELET_DEFAULTS = {
  clock: systemClock,
  labels: {},
  taints: [] as readonly coreV1.Taint[],
  heartbeat: 10_000,
  kubeletVersion: 'v1.36.0',
  clusterDns: [] as readonly string[],
  clusterDomain: 'cluster.local',
  resolvConfPath: '/etc/resolv.conf',
  hostsPath: '/etc/hosts',
  forbiddenPaths: ['/var/run/docker.sock', '/run/docker.sock'] as readonly string[],
  machineRoot: '',
  concurrency: 16,
  maxParallelImagePulls: 5,
  imageGarbage: IMAGE_GARBAGE_DEFAULTS,
} as const;

export type ResolvedOptions = KubeletOptions & Required<Pick<KubeletOptions, keyof typeof KUBELET_DEFAULTS>>;

export function resolveOptions(options: KubeletOptions): ResolvedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as KubeletOptions;
  return { ...KUBELET_DEFAULTS, ...given, network: options.network };
}

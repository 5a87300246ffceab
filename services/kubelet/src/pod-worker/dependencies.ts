import type { coreV1 } from '@gantry/api-types';
import type { Clock, Logger } from '@gantry/async';
import type { Client } from '@gantry/client';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { EventContent } from '@gantry/controller';
import type { WatchedObjects } from '../environment/watched-objects.js';
import type { ImagePuller } from '../images/image-puller.js';
import type { KubeletMetrics } from '../metrics/kubelet-metrics.js';
import type { PodNetwork } from '../network/pod-network.js';
import type { DnsSettings } from '../pods/etc-files.js';
import type { PodFiles } from '../pods/pod-files.js';
import type { PodSource } from '../pods/pod-source.js';
import type { Prober } from '../probes/prober.js';
import type { Allocations } from '../resize/allocations.js';
import type { StatusWriter } from '../status/status-writer.js';
import type { PodVolumes } from '../volumes/pod-volumes.js';
import type { PostStart } from './post-start.js';
import type { Stopper } from './stopper.js';

/** What the pod workers work with. */
export interface WorkerDependencies {
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly runtimeName: string;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly source: Pick<PodSource, 'get' | 'observe'>;
  readonly metrics: KubeletMetrics | undefined;
  readonly status: StatusWriter;
  readonly puller: ImagePuller;
  readonly stopper: Stopper;
  readonly prober: Prober;
  readonly postStart: PostStart;
  readonly allocations: Allocations;
  /** Undefined: sandboxes have what the runtime gives them. */
  readonly network: PodNetwork | undefined;
  readonly files: PodFiles;
  readonly sources: WatchedObjects;
  readonly volumes: PodVolumes;
  /** All Services that containers may be told of. */
  readonly services: () => readonly coreV1.Service[];
  readonly hostIps: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
  /** Bytes of memory that the node has. */
  readonly memoryCapacity: number;
  readonly dns: DnsSettings;
  readonly nodeHosts: string;
  /** Whether containers have a file system of their own to mount files into. */
  readonly hasFiles: boolean;
  event(reference: coreV1.ObjectReference, content: EventContent): void;
}

/** Milliseconds since the epoch of the earliest, or undefined. */
export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

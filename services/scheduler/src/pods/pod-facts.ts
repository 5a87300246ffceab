import type { coreV1 } from '@gantry/api-types';
import type { NodePredicate } from './node-selection.js';
import { compileRequired } from './node-selection.js';
import { podNonZeroRequests, podRequests } from './requests.js';

/** A port of the node that a pod takes. */
export interface HostPort {
  /** '0.0.0.0' for all addresses. */
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** Everything about a pod that the cycle asks for, worked out once. */
export interface PodFacts {
  readonly pod: coreV1.Pod;
  /** `namespace/name` */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  /** Thousandths of a core. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** All other resources; undefined where there are none, as nearly always. */
  readonly extended: ReadonlyMap<string, number> | undefined;
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  readonly hostPorts: readonly HostPort[];
  readonly tolerations: readonly coreV1.Toleration[];
  /** Node selector and required affinity in one; undefined where the pod has none. */
  readonly required: NodePredicate | undefined;
  /** Image names as nodes report them. */
  readonly images: readonly string[];
}

const OWN_COLUMNS = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);

function hostPorts(spec: coreV1.PodSpec | undefined): HostPort[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const ports = containers.flatMap((container) => container.ports ?? []).filter(({ hostPort = 0 }) => hostPort > 0);
  return ports.map(({ hostIP, protocol = 'TCP', hostPort = 0 }) => ({ ip: hostIP === undefined || hostIP === '' ? '0.0.0.0' : hostIP, protocol, port: hostPort }));
}

/** A name without tag or digest means `latest`. */
export function normalizedImage(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

export function podFacts(pod: coreV1.Pod): PodFacts {
  const { metadata = {}, spec } = pod;
  const requests = podRequests(pod);
  const nonZero = podNonZeroRequests(pod);
  const extended = [...requests].filter(([resource, value]) => !OWN_COLUMNS.has(resource) && value > 0);
  return {
    pod,
    key: `${metadata.namespace}/${metadata.name}`,
    uid: metadata.uid ?? '',
    priority: spec?.priority ?? 0,
    cpu: requests.get('cpu') ?? 0,
    memory: requests.get('memory') ?? 0,
    ephemeralStorage: requests.get('ephemeral-storage') ?? 0,
    extended: extended.length === 0 ? undefined : new Map(extended),
    nonZeroCpu: nonZero.get('cpu') ?? 0,
    nonZeroMemory: nonZero.get('memory') ?? 0,
    hostPorts: hostPorts(spec),
    tolerations: spec?.tolerations ?? [],
    required: compileRequired(spec),
    images: (spec?.containers ?? []).map(({ image }) => normalizedImage(image ?? '')),
  };
}

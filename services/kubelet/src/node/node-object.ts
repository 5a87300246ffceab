import { arch, hostname, release } from 'node:os';
import { readFileSync } from 'node:fs';
import type { coreV1 } from '@gantry/api-types';
import type { Image, Version } from '@gantry/container-runtime';
import { formatTime } from '@gantry/controller';
import { notReady } from '../network/pending-network.js';

export interface NodeCapacity {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly capacity: NodeCapacity;
  readonly addresses: readonly coreV1.NodeAddress[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly coreV1.Taint[];
  readonly podCidr?: string;
  readonly kubeletVersion: string;
  /** On its file system containers write. */
  readonly dataDir: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ia32: '386', ppc64: 'ppc64le', s390x: 's390x' };

export function nodeLabels(facts: NodeFacts): Record<string, string> {
  const architecture = ARCHITECTURES[arch()] ?? arch();
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': facts.name,
    'kubernetes.io/os': 'linux',
    ...facts.labels,
  };
}

/** What a kubelet registers; what others write in it afterwards stays. */
export function newNode(facts: NodeFacts): coreV1.Node {
  const { name, taints, podCidr } = facts;
  const spec: coreV1.NodeSpec = {
    ...(taints.length === 0 ? {} : { taints: [...taints] }),
    ...(podCidr === undefined ? {} : { podCIDR: podCidr, podCIDRs: [podCidr] }),
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: nodeLabels(facts) }, spec };
}

export interface NodeStatusInput {
  readonly facts: NodeFacts;
  readonly previous: coreV1.NodeStatus;
  /** Undefined: the runtime does not answer. */
  readonly runtime: Version | undefined;
  /** Why pods cannot be plugged in; undefined when they can. */
  readonly networkProblem: string | undefined;
  readonly images: readonly Image[];
  /** What containers can write, as a quantity. */
  readonly diskSize: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status that a kubelet writes for its node. */
export function nodeStatus(input: NodeStatusInput): coreV1.NodeStatus {
  const { cpu, memory, pods } = input.facts.capacity;
  const amounts = { cpu, 'ephemeral-storage': input.diskSize, memory, pods };
  return {
    ...input.previous,
    addresses: [...input.facts.addresses],
    capacity: amounts,
    allocatable: amounts,
    conditions: nodeConditions(input.previous, problems(input), input.now),
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    images: input.images.slice(0, MOST_IMAGES).map(imageEntry),
    nodeInfo: nodeInfo(input),
  };
}

/** What upstream lists at most. */
const MOST_IMAGES = 50;

function imageEntry(image: Image): coreV1.ContainerImage {
  return { names: [...image.repoDigests, ...image.repoTags], sizeBytes: image.size };
}

/** Those of the kubelet beside what others wrote. `found`: why the node is not ready. `time`: milliseconds since the epoch. */
export function nodeConditions(previous: coreV1.NodeStatus, found: readonly string[], time: number): coreV1.NodeCondition[] {
  const now = formatTime(time);
  const own = verdicts(found).map((verdict): coreV1.NodeCondition => {
    const before = previous.conditions?.find(({ type }) => type === verdict.type);
    const lasting = before?.status === verdict.status ? before.lastTransitionTime : undefined;
    return { ...verdict, lastHeartbeatTime: now, lastTransitionTime: lasting ?? now };
  });
  const others = (previous.conditions ?? []).filter(({ type }) => !own.some((condition) => condition.type === type));
  return [...others, ...own];
}

function problems({ runtime, networkProblem }: NodeStatusInput): string[] {
  const found = runtime === undefined ? ['container runtime is down'] : [];
  return networkProblem === undefined ? found : [...found, notReady(networkProblem)];
}

function verdicts(found: readonly string[]): coreV1.NodeCondition[] {
  return [
    { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
    { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
    { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
    found.length === 0
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: found.length === 1 ? (found[0] ?? '') : `[${found.join(', ')}]` },
  ];
}

function nodeInfo({ facts, runtime, previous }: NodeStatusInput): coreV1.NodeSystemInfo {
  const version = runtime === undefined ? previous.nodeInfo?.containerRuntimeVersion : `${runtime.runtimeName}://${runtime.runtimeVersion}`;
  return {
    architecture: ARCHITECTURES[arch()] ?? arch(),
    bootID: read('/proc/sys/kernel/random/boot_id'),
    containerRuntimeVersion: version ?? '',
    kernelVersion: release(),
    kubeProxyVersion: '',
    kubeletVersion: facts.kubeletVersion,
    machineID: read('/etc/machine-id') || hostname(),
    operatingSystem: 'linux',
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(read('/etc/os-release'))?.[1] ?? 'Linux',
    systemUUID: read('/etc/machine-id') || hostname(),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

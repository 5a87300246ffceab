import type { coreV1 } from '@gantry/api-types';
import { formatTime } from '@gantry/controller';
import { containersOf, ephemeralContainersOf, initContainersOf, isHostNetwork, isSidecar } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { currentSandbox } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { HealthOf } from '../probes/health.js';
import { resizeVerdicts, resourcesOf } from '../resize/pod-resize.js';
import type { PodResize } from '../resize/pod-resize.js';
import { mergeConditions, ownConditions } from './conditions.js';
import { containerStatus } from './container-status.js';
import type { ContainerStatusInput, WaitingReason } from './container-status.js';
import { podPhase } from './phase.js';
import type { Phase, Statuses } from './phase.js';
import { qosClass } from './qos.js';

export interface PodStatusInput {
  /** As the API has it, its present status included. */
  readonly pod: Pod;
  readonly world: PodWorld;
  readonly health: HealthOf;
  /** Undefined: its containers have what it asks for. */
  readonly resize: PodResize | undefined;
  readonly runtimeName: string;
  /** By container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  readonly terminationMessages: ReadonlyMap<string, string>;
  /** Of the pod's present sandbox. */
  readonly podIp?: string;
  readonly hostIps: readonly string[];
  /** Nothing runs and nothing is started any more. */
  readonly final: boolean;
  /** Why the kubelet ended the pod. */
  readonly verdict?: { readonly reason: string; readonly message: string };
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The whole status of a pod. Pure: the same world gives the same status, so an unchanged one need not be written. */
export function podStatus(input: PodStatusInput): coreV1.PodStatus {
  const { pod, now } = input;
  const previous = pod.status ?? {};
  const statuses = containerStatuses(input);
  const phase = phaseOf(input, statuses);
  const ips = addresses(input);
  const plugged = input.podIp !== undefined || (isHostNetwork(pod) && ips.podIP !== undefined);
  const verdicts = ownConditions({ pod, phase, statuses, sandboxReady: currentSandbox(input.world) !== undefined && plugged });
  const generation = pod.metadata?.generation;
  return {
    ...kept(previous),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: mergeConditions(previous.conditions ?? [], [...verdicts, ...resizeVerdicts(input.resize)], generation, formatTime(now)),
    ...ips,
    ...(input.verdict === undefined ? {} : input.verdict),
    startTime: previous.startTime ?? formatTime(now),
    ...(statuses.init.length === 0 ? {} : { initContainerStatuses: [...statuses.init] }),
    containerStatuses: [...statuses.regular],
    ...ephemeralStatuses(input),
    qosClass: previous.qosClass ?? qosClass(pod),
  };
}

/** What others wrote, and what stays once it was said. */
function kept(previous: coreV1.PodStatus): coreV1.PodStatus {
  const { reason, message, nominatedNodeName, resourceClaimStatuses } = previous;
  return JSON.parse(JSON.stringify({ reason, message, nominatedNodeName, resourceClaimStatuses })) as coreV1.PodStatus;
}

/** A phase that said the end stays said. */
function phaseOf(input: PodStatusInput, statuses: Statuses): Phase {
  const before = input.pod.status?.phase;
  if (before === 'Succeeded' || before === 'Failed') return before as Phase;
  if (input.verdict !== undefined) return 'Failed';
  return podPhase(input.pod, statuses, input.final);
}

/** A pod keeps the address that it had until it has another: readers may still ask for it when it has ended. */
function addresses(input: PodStatusInput): Pick<coreV1.PodStatus, 'podIP' | 'podIPs' | 'hostIP' | 'hostIPs'> {
  const [hostIP] = input.hostIps;
  const host = hostIP === undefined ? {} : { hostIP, hostIPs: input.hostIps.map((ip) => ({ ip })) };
  const own = isHostNetwork(input.pod) ? hostIP : (input.podIp ?? input.pod.status?.podIP);
  return own === undefined ? host : { ...host, podIP: own, podIPs: [{ ip: own }] };
}

function containerStatuses(input: PodStatusInput): Statuses {
  const hasInit = initContainersOf(input.pod).length > 0;
  const init = initContainersOf(input.pod).map((container) => initStatus(input, container));
  return { init, regular: containersOf(input.pod).map((container) => one(input, container, input.pod.status?.containerStatuses, hasInit)) };
}

/** An ordinary init container is ready when it is through. */
function initStatus(input: PodStatusInput, container: Container): coreV1.ContainerStatus {
  const status = one(input, container, input.pod.status?.initContainerStatuses, true);
  return isSidecar(container) ? status : { ...status, ready: status.state?.terminated?.exitCode === 0 };
}

/** Nothing is said of their readiness: nobody relies on them. */
function ephemeralStatuses(input: PodStatusInput): Pick<coreV1.PodStatus, 'ephemeralContainerStatuses'> {
  const containers = ephemeralContainersOf(input.pod);
  if (containers.length === 0) return {};
  const hasInit = initContainersOf(input.pod).length > 0;
  return {
    ephemeralContainerStatuses: containers.map((container) => {
      const { started: _, resources: _resources, allocatedResources: _allocated, ...status } = one(input, container, input.pod.status?.ephemeralContainerStatuses, hasInit);
      return { ...status, ready: false };
    }),
  };
}

function one(input: PodStatusInput, container: Container, previous: readonly coreV1.ContainerStatus[] | undefined, afterInit: boolean): coreV1.ContainerStatus {
  const waiting = input.waiting.get(container.name);
  const before = previous?.find(({ name }) => name === container.name);
  const own: ContainerStatusInput = {
    container,
    world: input.world,
    health: input.health,
    runtimeName: input.runtimeName,
    resourcesOf: (id) => resourcesOf(input.resize, container, id),
    defaultWaiting: afterInit ? 'PodInitializing' : 'ContainerCreating',
    terminationMessages: input.terminationMessages,
    final: input.final,
    ...(waiting === undefined ? {} : { waiting }),
    ...(before === undefined ? {} : { previous: before }),
  };
  return containerStatus(own);
}

import type { coreV1 } from '@gantry/api-types';
import type { ContainerStatus } from '@gantry/container-runtime';
import { formatTime } from '@gantry/controller';
import type { Container } from '../pods/pod.js';
import { startsOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { HealthOf } from '../probes/health.js';

export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

export interface ContainerStatusInput {
  readonly container: Container;
  readonly world: PodWorld;
  readonly health: HealthOf;
  /** What a start of the container was given, and what it has, by its id. */
  readonly resourcesOf: (id: string) => { readonly allocated: coreV1.ResourceRequirements; readonly actual: coreV1.ResourceRequirements };
  /** `docker`, `hollow` …: the scheme of container ids. */
  readonly runtimeName: string;
  /** Why it is not (again) started, if it is to be. */
  readonly waiting?: WaitingReason;
  /** For one that was never made and of which nothing more is known. */
  readonly defaultWaiting: WaitingReason['reason'];
  /** As the API has it. */
  readonly previous?: coreV1.ContainerStatus;
  /** Termination messages by container id. */
  readonly terminationMessages: ReadonlyMap<string, string>;
  /** Nothing is started any more: what the runtime does not have has ended. */
  readonly final: boolean;
}

/** The API's view of one container: its newest start, and how the one before ended. */
export function containerStatus(input: ContainerStatusInput): coreV1.ContainerStatus {
  const [latest, before] = startsOf(input.world, input.container.name);
  if (latest === undefined) return absentStatus(input);
  const terminated = (status: ContainerStatus): coreV1.ContainerState => ({ terminated: terminatedState(status, input) });
  const waits = input.waiting !== undefined && latest.state !== 'running';
  const lastEnd = waits && latest.state === 'exited' ? latest : before?.state === 'exited' ? before : undefined;
  const health = input.health(input.container, latest.id);
  const running = latest.state === 'running' && health.hooked !== true;
  return {
    name: input.container.name,
    state: waits ? { waiting: { ...input.waiting } } : stateOf(latest, running, input, terminated),
    lastState: lastEnd === undefined ? lastStateOf(input) : terminated(lastEnd),
    ready: running && health.ready,
    restartCount: latest.attempt,
    image: latest.image,
    imageID: latest.imageRef,
    containerID: containerId(latest, input),
    started: running && health.started,
    ...resources(input, latest),
  };
}

function stateOf(latest: ContainerStatus, running: boolean, input: ContainerStatusInput, terminated: (status: ContainerStatus) => coreV1.ContainerState): coreV1.ContainerState {
  if (running) return { running: { startedAt: formatTime(latest.startedAt) } };
  if (latest.state === 'exited') return terminated(latest);
  return { waiting: { reason: input.defaultWaiting } };
}

/** The dead one before may be gone from the runtime, not from the API. */
function lastStateOf(input: ContainerStatusInput): coreV1.ContainerState {
  return input.previous?.lastState ?? {};
}

function terminatedState(status: ContainerStatus, input: ContainerStatusInput): coreV1.ContainerStateTerminated {
  const message = input.terminationMessages.get(status.id) ?? status.message;
  return {
    exitCode: status.exitCode,
    reason: status.reason,
    ...(message === '' ? {} : { message }),
    startedAt: formatTime(status.startedAt),
    finishedAt: formatTime(status.finishedAt),
    containerID: containerId(status, input),
  };
}

function containerId(status: ContainerStatus, input: ContainerStatusInput): string {
  return `${input.runtimeName}://${status.id}`;
}

/** Nothing of it is in the runtime: never made, or lost. What the API knew of an end stays known. */
function absentStatus(input: ContainerStatusInput): coreV1.ContainerStatus {
  const { container, previous, waiting, final } = input;
  const lost = previous?.containerID !== undefined && previous.containerID !== '';
  const kept = lost ? previous : undefined;
  const state = kept?.state?.terminated !== undefined && waiting === undefined ? { terminated: kept.state.terminated } : lost && final ? { terminated: unknownEnd(previous) } : undefined;
  return {
    name: container.name,
    state: state ?? { waiting: waiting === undefined ? { reason: input.defaultWaiting } : { ...waiting } },
    lastState: kept?.lastState ?? {},
    ready: false,
    restartCount: kept?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: kept?.imageID ?? '',
    ...(kept?.containerID === undefined ? {} : { containerID: kept.containerID }),
    started: false,
  };
}

function unknownEnd(previous: coreV1.ContainerStatus): coreV1.ContainerStateTerminated {
  return {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    ...(previous.containerID === undefined ? {} : { containerID: previous.containerID }),
  };
}

/** What has ended or is to come has what it was given. */
function resources(input: ContainerStatusInput, { id, state }: ContainerStatus): Pick<coreV1.ContainerStatus, 'resources' | 'allocatedResources'> {
  const { allocated, actual } = input.resourcesOf(id);
  if (state !== 'running') return { resources: allocated };
  return { resources: actual, ...(allocated.requests === undefined ? {} : { allocatedResources: allocated.requests }) };
}

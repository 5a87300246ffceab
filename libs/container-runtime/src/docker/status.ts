import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerState, ContainerStatus, SandboxStatus } from '../runtime.js';
import { describedBy, label, metadataOf } from './labels.js';
import type { Labels } from './labels.js';

type EngineState = ContainerInspectInfo['State'];

/** The engine's zero time (year 1) counts as "not yet". */
export function milliseconds(time: string | undefined): number {
  const parsed = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(parsed) || parsed < 0 ? 0 : parsed;
}

/** A start that failed leaves the container in `created` with an error: for a pod that is an end, not a beginning. */
function failedToStart(state: EngineState): boolean {
  return state.Status === 'created' && state.Error !== '';
}

function stateOf(state: EngineState): ContainerState {
  if (failedToStart(state)) return 'exited';
  switch (state.Status) {
    case 'created': return 'created';
    case 'running':
    case 'paused': return 'running';
    case 'exited':
    case 'dead':
    case 'removing': return 'exited';
    default: return 'unknown';
  }
}

/** The engine sets `OOMKilled` also when only a child was killed: the container itself died of it only with 137. */
function reasonOf(state: EngineState): string {
  if (stateOf(state) !== 'exited') return '';
  if (failedToStart(state)) return 'StartError';
  if (state.OOMKilled && state.ExitCode === 137) return 'OOMKilled';
  return state.ExitCode === 0 ? 'Completed' : 'Error';
}

export function containerStatus(info: ContainerInspectInfo, imageRef: string): ContainerStatus {
  const labels: Labels = info.Config.Labels;
  const createdAt = milliseconds(info.Created);
  return {
    id: info.Id,
    sandboxId: labels[label.sandbox] ?? '',
    name: labels[label.container] ?? '',
    attempt: Number(labels[label.attempt] ?? 0),
    state: stateOf(info.State),
    createdAt,
    startedAt: milliseconds(info.State.StartedAt),
    finishedAt: failedToStart(info.State) ? createdAt : stateOf(info.State) === 'exited' ? milliseconds(info.State.FinishedAt) : 0,
    exitCode: info.State.ExitCode,
    reason: reasonOf(info.State),
    message: info.State.Error,
    image: labels[label.image] ?? info.Config.Image,
    imageRef,
    ...describedBy(labels),
    logPath: labels[label.logPath] ?? '',
  };
}

export function sandboxStatus(info: ContainerInspectInfo): SandboxStatus {
  const running = info.State.Running;
  const ip = info.NetworkSettings.Networks['bridge']?.IPAddress ?? '';
  return {
    id: info.Id,
    metadata: metadataOf(info.Config.Labels),
    state: running ? 'ready' : 'notready',
    createdAt: milliseconds(info.Created),
    ...(running ? { pid: info.State.Pid } : {}),
    ...(running && ip !== '' ? { ip } : {}),
    ...describedBy(info.Config.Labels),
  };
}

import type { ContainerState, ContainerStatus, SandboxStatus } from '../runtime.js';
import type { ContainerRecord, SandboxRecord } from './records.js';

export function containerState({ started, ended }: ContainerRecord): ContainerState {
  if (ended !== undefined) return 'exited';
  return started === undefined ? 'created' : 'running';
}

export function containerStatus(record: ContainerRecord): ContainerStatus {
  const { id, sandboxId, config, createdAt, started, ended, imageRef } = record;
  return {
    id, sandboxId, name: config.name, attempt: config.attempt, state: containerState(record),
    createdAt,
    startedAt: started?.at ?? 0,
    finishedAt: ended?.at ?? 0,
    exitCode: ended?.exitCode ?? 0,
    reason: ended?.reason ?? '',
    message: ended?.message ?? '',
    image: config.image, imageRef,
    labels: config.labels, annotations: config.annotations, logPath: config.logPath,
  };
}

/** `holds`: its holder lives, and in the network that it is to be in. */
export function sandboxStatus({ id, config, createdAt, holder, stopped }: SandboxRecord, holds: boolean): SandboxStatus {
  const isReady = holds && stopped !== true;
  return {
    id, metadata: config.metadata, state: isReady ? 'ready' : 'notready', createdAt, labels: config.labels, annotations: config.annotations,
    ...(isReady && holder !== undefined ? { pid: holder.pid } : {}),
  };
}

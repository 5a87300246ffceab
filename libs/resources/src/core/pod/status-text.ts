import type { coreV1 } from '@gantry/api-types';
import type { DefaultedPod } from './types.js';

/** What a table says of a pod's state. */
export interface PodSummary {
  /** `Running`, `CrashLoopBackOff`, `Init:0/1` … */
  readonly reason: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** RFC 3339; when the last container ended that was restarted. */
  readonly lastRestart: string | undefined;
}

interface Tally {
  restarts: number;
  lastRestart: string | undefined;
}

/** The summary of a pod as kubectl shows it: the most telling state of its containers. */
export function summarize(pod: DefaultedPod): PodSummary {
  const { status, spec } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const init = summarizeInit(pod, sidecars);
  const phaseReason = reasonOfPhase(status);
  const total = spec.containers.length + sidecars.size;
  if (init.reason !== undefined && !isInitialized(status)) {
    return { reason: ending(pod, init.reason), ready: init.ready, total, ...init.all };
  }
  const main = summarizeContainers(status, init.reason ?? phaseReason, init.sidecars);
  return { reason: ending(pod, main.reason), ready: init.ready + main.ready, total, restarts: main.restarts, lastRestart: main.lastRestart };
}

function isSidecar({ restartPolicy }: coreV1.Container): boolean {
  return restartPolicy === 'Always';
}

function reasonOfPhase({ phase = '', reason, conditions }: coreV1.PodStatus): string {
  const gated = conditions?.some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated');
  return gated ? 'SchedulingGated' : reason || phase;
}

function isInitialized({ conditions }: coreV1.PodStatus): boolean {
  return conditions?.find(({ type }) => type === 'Initialized')?.status === 'True';
}

interface InitSummary {
  /** undefined when all init containers are done. */
  readonly reason: string | undefined;
  readonly ready: number;
  readonly all: Tally;
  readonly sidecars: Tally;
}

function summarizeInit({ status, spec }: DefaultedPod, sidecarNames: ReadonlySet<string>): InitSummary {
  const all: Tally = { restarts: 0, lastRestart: undefined };
  const sidecars: Tally = { restarts: 0, lastRestart: undefined };
  let ready = 0;
  const statuses = status.initContainerStatuses ?? [];
  for (const [index, container] of statuses.entries()) {
    const sidecar = sidecarNames.has(container.name);
    count(container, all);
    if (sidecar) count(container, sidecars);
    if (container.state?.terminated?.exitCode === 0) continue;
    if (sidecar && container.started === true) ready += container.ready ? 1 : 0;
    else return { reason: initReason(container, index, spec.initContainers?.length ?? 0), ready, all, sidecars };
  }
  return { reason: undefined, ready, all, sidecars };
}

function count({ restartCount, lastState }: coreV1.ContainerStatus, tally: Tally): void {
  tally.restarts += restartCount;
  const ended = lastState?.terminated?.finishedAt;
  if (ended !== undefined && (tally.lastRestart === undefined || ended > tally.lastRestart)) tally.lastRestart = ended;
}

function initReason({ state }: coreV1.ContainerStatus, index: number, total: number): string {
  if (state?.terminated !== undefined) return `Init:${terminatedReason(state.terminated)}`;
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${String(index)}/${String(total)}`;
}

function terminatedReason({ reason, signal, exitCode }: coreV1.ContainerStateTerminated): string {
  if (reason) return reason;
  return signal ? `Signal:${String(signal)}` : `ExitCode:${String(exitCode)}`;
}

interface ContainersSummary extends Tally {
  readonly reason: string;
  readonly ready: number;
}

/** From the last container to the first: the first one that has something to tell has the last word. */
function summarizeContainers(status: coreV1.PodStatus, fallback: string, before: Tally): ContainersSummary {
  const tally: Tally = { ...before };
  let reason = fallback;
  let failure = '';
  let ready = 0;
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    count(container, tally);
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated !== undefined) {
      reason = terminatedReason(terminated);
      if (terminated.exitCode !== 0) failure = reason;
    } else if (container.ready && running !== undefined) ready++;
  }
  return { reason: settle(reason, failure, ready > 0, status), ready, ...tally };
}

/** A pod of which only some containers have completed is not completed. */
function settle(reason: string, failure: string, running: boolean, status: coreV1.PodStatus): string {
  if (reason !== 'Completed') return reason;
  if (running && status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True') return 'Running';
  if (failure !== '') return failure;
  return running ? 'NotReady' : reason;
}

function ending({ metadata, status }: DefaultedPod, reason: string): string {
  if (metadata.deletionTimestamp === undefined) return reason;
  if (status.reason === 'NodeLost') return 'Unknown';
  return status.phase === 'Succeeded' || status.phase === 'Failed' ? reason : 'Terminating';
}

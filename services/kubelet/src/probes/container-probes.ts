import type { Timer } from '@gantry/async';
import type { ContainerStatus } from '@gantry/container-runtime';
import type { Container, Pod } from '../pods/pod.js';
import type { ContainerHealth } from './health.js';
import { firstState } from './probe-state.js';
import type { Probe, ProbeState, ProbeType, Verdict } from './probe-state.js';

/** One probe of one running container. */
export interface RunningProbe {
  readonly type: ProbeType;
  readonly spec: Probe;
  state: ProbeState;
  /** Armed for its next turn. */
  timer?: Timer;
  /** It is being asked. */
  asking: boolean;
}

/** All probes of one running container. */
export interface ContainerProbes {
  pod: Pod;
  podIp: string;
  readonly container: Container;
  readonly id: string;
  readonly startedAt: number;
  readonly probes: readonly RunningProbe[];
  /** Its pod is being ended: only readiness is still asked. */
  ending: boolean;
  /** It does not run any more, or the pod is over: what is still asked is of no interest. */
  over: boolean;
}

/** In this order they are begun. */
const TYPES: readonly ProbeType[] = ['startup', 'readiness', 'liveness'];

function specOf(container: Container, type: ProbeType): Probe | undefined {
  return { startup: container.startupProbe, readiness: container.readinessProbe, liveness: container.livenessProbe }[type];
}

export function hasProbes(container: Container): boolean {
  return TYPES.some((type) => specOf(container, type) !== undefined);
}

/** `known`: what an earlier kubelet said of this very container. */
export function containerProbes(pod: Pod, podIp: string, container: Container, status: ContainerStatus, known: { ready: boolean; started: boolean } | undefined): ContainerProbes {
  const probes = TYPES.flatMap((type): RunningProbe[] => {
    const spec = specOf(container, type);
    return spec === undefined ? [] : [{ type, spec, state: firstState(type, known), asking: false }];
  });
  return { pod, podIp, container, id: status.id, startedAt: status.startedAt, probes, ending: false, over: false };
}

export function verdictOf(entry: ContainerProbes, type: ProbeType): Verdict | undefined {
  return entry.probes.find((probe) => probe.type === type)?.state.verdict;
}

/** Started when the startup probe has said so or there is none; ready only when started. */
export function healthOf(container: Container, entry: ContainerProbes | undefined): ContainerHealth {
  if (entry === undefined) {
    const started = container.startupProbe === undefined;
    return { started, ready: started && container.readinessProbe === undefined };
  }
  const started = (verdictOf(entry, 'startup') ?? 'success') === 'success';
  const ready = started && (verdictOf(entry, 'readiness') ?? 'success') === 'success';
  const failed = (['liveness', 'startup'] as const).find((type) => verdictOf(entry, type) === 'failure');
  return { started, ready, ...(failed === undefined ? {} : { failed }) };
}

import type { coreV1 } from '@gantry/api-types';

export type Probe = coreV1.Probe;
export type ProbeType = 'startup' | 'readiness' | 'liveness';

/** What is known by a probe: `unknown` until a startup probe has decided. */
export type Verdict = 'success' | 'failure' | 'unknown';

/** Where one probe of one container stands. */
export interface ProbeState {
  readonly verdict: Verdict;
  readonly last?: 'success' | 'failure';
  /** How often in a row the last answer came. */
  readonly run: number;
}

/** Before the first answer a container is not ready, but alive. */
const BEGINNING: Readonly<Record<ProbeType, Verdict>> = { readiness: 'failure', liveness: 'success', startup: 'unknown' };

/** `known`: as an earlier kubelet left it, where this one finds the container running. */
export function firstState(type: ProbeType, known?: { readonly ready: boolean; readonly started: boolean }): ProbeState {
  if (type === 'readiness' && known?.ready === true) return { verdict: 'success', run: 0 };
  if (type === 'startup' && known?.started === true) return { verdict: 'success', run: 0 };
  return { verdict: BEGINNING[type], run: 0 };
}

/** The state after one more answer: the verdict turns when the answer came as often in a row as its threshold says. */
export function nextState(spec: Probe, state: ProbeState, answer: 'success' | 'failure'): ProbeState {
  const run = state.last === answer ? state.run + 1 : 1;
  const threshold = answer === 'failure' ? (spec.failureThreshold ?? 3) : (spec.successThreshold ?? 1);
  return { verdict: run < threshold ? state.verdict : answer, last: answer, run };
}

/** Whether a probe has nothing more to ask of this container. */
export function isDecided(type: ProbeType, { verdict }: ProbeState): boolean {
  if (type === 'startup') return verdict !== 'unknown';
  return type === 'liveness' && verdict === 'failure';
}

function periodOf(spec: Probe): number {
  return (spec.periodSeconds ?? 10) * 1000;
}

export function timeoutOf(spec: Probe): number {
  return (spec.timeoutSeconds ?? 1) * 1000;
}

export interface FirstDueInput {
  readonly spec: Probe;
  readonly startedAt: number;
  readonly now: number;
  /** When this kubelet began. Just after that, probes of what it found running are spread over their period. */
  readonly kubeletSince: number;
  /** In [0, 1). */
  readonly random: number;
}

/** When a probe is asked first; all times in milliseconds since the epoch. */
export function firstDue({ spec, startedAt, now, kubeletSince, random }: FirstDueInput): number {
  const due = Math.max(now, startedAt + (spec.initialDelaySeconds ?? 0) * 1000);
  const adopted = startedAt < kubeletSince && now - kubeletSince < periodOf(spec);
  return adopted ? due + random * periodOf(spec) : due;
}

/** The beat goes on from `due`; beats that were missed are left out. */
export function followingDue(spec: Probe, due: number, now: number): number {
  const period = periodOf(spec);
  return due + Math.max(1, Math.ceil((now - due) / period)) * period;
}

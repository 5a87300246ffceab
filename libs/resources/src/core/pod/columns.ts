import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn, wideColumn } from '../../printing/columns.js';
import { since } from '../../printing/duration.js';
import { summarize } from './status-text.js';
import type { PodSummary } from './status-text.js';
import type { DefaultedPod } from './types.js';

const none = '<none>';

/** One summary serves the three cells of a row that need it. */
let last: { readonly pod: DefaultedPod; readonly summary: PodSummary } | undefined;

function summaryOf(pod: DefaultedPod): PodSummary {
  if (last?.pod !== pod) last = { pod, summary: summarize(pod) };
  return last.summary;
}

function restarts(pod: DefaultedPod, now: number): string {
  const { restarts: count, lastRestart } = summaryOf(pod);
  return count > 0 && lastRestart !== undefined ? `${String(count)} (${since(lastRestart, now)} ago)` : String(count);
}

function readinessGates({ spec, status }: DefaultedPod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return none;
  const open = gates.filter((gate) => status.conditions?.find(({ type }) => type === gate.conditionType)?.status === 'True');
  return `${String(open.length)}/${String(gates.length)}`;
}

/** The columns of `kubectl get pods`. */
export const podColumns: readonly TypedColumn<DefaultedPod>[] = [
  nameColumn(),
  column('Ready', 'How many of the containers are ready, of how many.', (pod) => `${String(summaryOf(pod).ready)}/${String(summaryOf(pod).total)}`),
  column('Status', 'The state of the pod, or the most telling one of its containers.', (pod) => summaryOf(pod).reason),
  column('Restarts', 'How often containers were restarted, and when last.', restarts),
  ageColumn(),
  wideColumn('IP', 'The address of the pod.', ({ status }) => status.podIPs?.[0]?.ip || none),
  wideColumn('Node', 'The node that the pod is bound to.', ({ spec }) => spec.nodeName || none),
  wideColumn('Nominated Node', 'The node on which room is being made for the pod.', ({ status }) => status.nominatedNodeName || none),
  wideColumn('Readiness Gates', 'How many of the readiness gates are passed, of how many.', readinessGates),
];

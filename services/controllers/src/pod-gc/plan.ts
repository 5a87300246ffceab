import type { coreV1 } from '@gantry/api-types';
import { isPodFinished } from '../pods/pod-status.js';

/** What the collector sees. */
export interface PodGcWorld {
  readonly pods: readonly coreV1.Pod[];
  /** Names of the nodes that exist. */
  readonly nodes: ReadonlySet<string>;
  /** Names of nodes that are missing for long enough, and were looked for in vain. */
  readonly goneNodes: ReadonlySet<string>;
  /** Finished pods that may stay; 0 or less: any number. */
  readonly terminatedThreshold: number;
}

export type PodGcReason = 'terminated' | 'nodeGone' | 'unscheduledTerminating';

export interface PodGcDeletion {
  readonly pod: coreV1.Pod;
  readonly reason: PodGcReason;
}

function createdAt(pod: coreV1.Pod): string {
  return pod.metadata?.creationTimestamp ?? '';
}

function excessTerminated(pods: readonly coreV1.Pod[], threshold: number): coreV1.Pod[] {
  if (threshold <= 0) return [];
  const finished = pods.filter((pod) => isPodFinished(pod) && pod.metadata?.deletionTimestamp === undefined);
  const excess = finished.length - threshold;
  return excess <= 0 ? [] : finished.toSorted((a, b) => (createdAt(a) < createdAt(b) ? -1 : 1)).slice(0, excess);
}

/** The pods that nobody else will take away: pure. */
export function computePlan(world: PodGcWorld): PodGcDeletion[] {
  const { pods, goneNodes, terminatedThreshold } = world;
  const nodeGone = pods.filter(({ spec }) => spec?.nodeName !== undefined && goneNodes.has(spec.nodeName));
  const unscheduled = pods.filter(({ metadata, spec }) => metadata?.deletionTimestamp !== undefined && (spec?.nodeName ?? '') === '');
  const found = new Map<coreV1.Pod, PodGcReason>();
  for (const pod of excessTerminated(pods, terminatedThreshold)) found.set(pod, 'terminated');
  for (const pod of unscheduled) found.set(pod, 'unscheduledTerminating');
  for (const pod of nodeGone) found.set(pod, 'nodeGone');
  return [...found].map(([pod, reason]) => ({ pod, reason }));
}

/** Names of nodes that pods are on and that do not exist. */
export function missingNodes(pods: readonly coreV1.Pod[], nodes: ReadonlySet<string>): Set<string> {
  const names = pods.map(({ spec }) => spec?.nodeName ?? '').filter((name) => name !== '' && !nodes.has(name));
  return new Set(names);
}

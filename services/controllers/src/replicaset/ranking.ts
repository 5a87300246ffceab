import type { coreV1 } from '@gantry/api-types';
import { parseTime } from '@gantry/controller';
import { isPodReady, readySince } from '../pods/pod-status.js';

/** The annotation by which a user says which pods cost least to lose. */
const POD_DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

interface Ranked {
  readonly pod: coreV1.Pod;
  /** Lower goes first; compared element by element. */
  readonly rank: readonly (number | string)[];
}

function deletionCost(pod: coreV1.Pod): number {
  const cost = Number(pod.metadata?.annotations?.[POD_DELETION_COST] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}

function restarts(pod: coreV1.Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}

/** The order of magnitude of an age: pods of about the same age are equals, so that not always the newest one goes. */
function ageMagnitude(since: number, now: number): number {
  const seconds = (now - since) / 1000;
  return Number.isNaN(seconds) || seconds < 1 ? 0 : Math.floor(Math.log2(seconds)) + 1;
}

function neighbours(pods: readonly coreV1.Pod[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const node = pod.spec?.nodeName ?? '';
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

function rankOf(pod: coreV1.Pod, perNode: ReadonlyMap<string, number>, now: number): Ranked['rank'] {
  const node = pod.spec?.nodeName ?? '';
  return [
    node === '' ? 0 : 1,
    PHASE_RANK[pod.status?.phase ?? 'Unknown'] ?? 1,
    isPodReady(pod) ? 1 : 0,
    deletionCost(pod),
    -(perNode.get(node) ?? 0),
    isPodReady(pod) ? ageMagnitude(readySince(pod), now) : 0,
    -restarts(pod),
    ageMagnitude(parseTime(pod.metadata?.creationTimestamp), now),
    pod.metadata?.uid ?? '',
  ];
}

function compare(a: Ranked, b: Ranked): number {
  for (const [index, value] of a.rank.entries()) {
    const other = b.rank[index] ?? 0;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

/**
 * The pods in the order in which a scale down takes them: unassigned, pending, not ready, cheap, crowded on one node, young or
 * often restarted ones first. Equals go by uid, so that two controllers that see the same pods choose the same.
 * `related` are all pods of the same deployment: crowding is theirs together.
 */
export function rankForDeletion(pods: readonly coreV1.Pod[], related: readonly coreV1.Pod[], now: number): coreV1.Pod[] {
  const perNode = neighbours(related);
  const ranked = pods.map((pod): Ranked => ({ pod, rank: rankOf(pod, perNode, now) }));
  return ranked.sort(compare).map(({ pod }) => pod);
}

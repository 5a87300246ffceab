import type { coreV1 } from '@gantry/api-types';
import { formatTime } from '@gantry/controller';
import { nodeCondition } from './health.js';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Conditions that keep pods away while they are true. */
const PRESSURES: Readonly<Record<string, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
};

const MANAGED = new Set([NOT_READY, UNREACHABLE, UNSCHEDULABLE, ...Object.values(PRESSURES)]);

function wanted(node: coreV1.Node): coreV1.Taint[] {
  const ready = nodeCondition(node, 'Ready')?.status ?? 'Unknown';
  const keys = Object.entries(PRESSURES).filter(([type]) => nodeCondition(node, type)?.status === 'True').map(([, key]) => key);
  const taints = keys.map((key): coreV1.Taint => ({ key, effect: 'NoSchedule' }));
  if (node.spec?.unschedulable === true) taints.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  if (ready === 'True') return taints;
  const key = ready === 'False' ? NOT_READY : UNREACHABLE;
  return [...taints, { key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' }];
}

function sameTaint(a: coreV1.Taint, b: coreV1.Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

/** The node's taints by its conditions, others kept; undefined where it has them. */
export function computeTaints(node: coreV1.Node, now: number): coreV1.Taint[] | undefined {
  const before = node.spec?.taints ?? [];
  const target = wanted(node);
  const kept = before.filter((taint) => !MANAGED.has(taint.key) || target.some((other) => sameTaint(other, taint)));
  const added = target.filter((taint) => !before.some((other) => sameTaint(other, taint)));
  if (added.length === 0 && kept.length === before.length) return undefined;
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: formatTime(now) }))];
}

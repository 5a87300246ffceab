import type { coordinationV1, coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { formatTime } from '@gantry/controller';

/** Milliseconds. */
export interface HealthTimes {
  /** Silence after which a node counts as lost. */
  readonly gracePeriod: number;
  /** The same for a node that has never reported, counted from its creation. */
  readonly startupGracePeriod: number;
}

export const DEFAULT_HEALTH_TIMES: HealthTimes = { gracePeriod: 40_000, startupGracePeriod: 60_000 };

/** The last sign of life, and when this controller saw it by its own clock: the node's clock may be wrong. */
export interface SignOfLife {
  readonly sign: string;
  /** On this controller's monotonic clock. */
  readonly at: number;
}

/** Conditions that are unknown when the kubelet is silent. */
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

export function nodeCondition(node: coreV1.Node, type: string): coreV1.NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/** The node's sign of life: its lease's renewal or a heartbeat in its status, whichever moves. */
export function observe(node: coreV1.Node, lease: coordinationV1.Lease | undefined, before: SignOfLife | undefined, monotonic: number): SignOfLife {
  const ready = nodeCondition(node, 'Ready');
  const heartbeat = ready?.reason === 'NodeStatusUnknown' || ready?.reason === 'NodeStatusNeverUpdated' ? undefined : ready?.lastHeartbeatTime;
  const sign = JSON.stringify([heartbeat, lease?.spec?.renewTime, node.metadata?.uid]);
  return before?.sign === sign ? before : { sign, at: monotonic };
}

/** Milliseconds until the node counts as lost; 0 or less: it does. */
export function untilLost(node: coreV1.Node, life: SignOfLife, times: HealthTimes, monotonic: number): number {
  const grace = nodeCondition(node, 'Ready') === undefined ? times.startupGracePeriod : times.gracePeriod;
  return life.at + grace - monotonic;
}

function lost(condition: coreV1.NodeCondition | undefined, type: string, node: coreV1.Node, now: number): coreV1.NodeCondition {
  if (condition?.status === 'Unknown') return condition;
  const never = condition === undefined;
  return {
    type,
    status: 'Unknown',
    reason: never ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
    message: never ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
    lastHeartbeatTime: condition?.lastHeartbeatTime ?? node.metadata?.creationTimestamp ?? formatTime(now),
    lastTransitionTime: formatTime(now),
  };
}

/** The conditions of a node that is lost; undefined where they say so already. */
export function lostConditions(node: coreV1.Node, now: number): coreV1.NodeCondition[] | undefined {
  const before = node.status?.conditions ?? [];
  const unknown = REPORTED.map((type) => lost(nodeCondition(node, type), type, node, now));
  const after = [...before.filter(({ type }) => !REPORTED.some((reported) => reported === type)), ...unknown];
  const same = unknown.every((condition) => deepEqual(condition, nodeCondition(node, condition.type)));
  return same ? undefined : after;
}

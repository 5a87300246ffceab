import type { appsV1 } from '@gantry/api-types';
import { formatTime } from '@gantry/controller';

export type Condition = appsV1.DeploymentCondition;

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function withoutCondition(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((condition) => condition.type !== type);
}

export function newCondition(type: string, status: string, reason: string, message: string, now: number): Condition {
  const time = formatTime(now);
  return { type, status, reason, message, lastUpdateTime: time, lastTransitionTime: time };
}

/** Sets a condition. Nothing changes where status and reason are the same; the transition time is that of the status. */
export function withCondition(conditions: readonly Condition[], condition: Condition): Condition[] {
  const before = findCondition(conditions, condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return [...conditions];
  return forcedCondition(conditions, condition);
}

/** As `withCondition`, but also when only the update time or the message is new. */
export function forcedCondition(conditions: readonly Condition[], condition: Condition): Condition[] {
  const before = findCondition(conditions, condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : condition.lastTransitionTime;
  return [...withoutCondition(conditions, condition.type), { ...condition, lastTransitionTime }];
}

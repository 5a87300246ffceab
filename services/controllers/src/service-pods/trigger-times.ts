import type { coreV1 } from '@gantry/api-types';
import { rfc3339 } from '@gantry/apimachinery';
import { parseTime } from '@gantry/controller';
import { podCondition } from '../pods/pod-status.js';

/** When what led to the endpoints' last change happened. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The annotations with the trigger time, or without it where none is known. */
export function withTriggerTime(annotations: Readonly<Record<string, string>> = {}, time: string | undefined): Record<string, string> {
  const { [TRIGGER_TIME]: _before, ...others } = annotations;
  return time === undefined ? others : { ...others, [TRIGGER_TIME]: time };
}

interface Seen {
  readonly service: number;
  readonly pods: ReadonlyMap<string, number>;
}

/**
 * Since what moment each service's endpoints are behind the world: the earliest change of a pod's readiness, or of the service, that no
 * earlier look knew of. For who measures how long such a change takes to reach the proxies.
 */
export class TriggerTimes {
  readonly #seen = new Map<string, Seen>();

  /** To be called at every look, whether it changes something or not; undefined where nothing is new. */
  look(key: string, service: coreV1.Service, pods: readonly coreV1.Pod[]): string | undefined {
    const before = this.#seen.get(key);
    const created = timeOf(service.metadata?.creationTimestamp);
    const times = new Map(pods.map((pod) => [pod.metadata?.name ?? '', timeOf(podCondition(pod, 'Ready')?.lastTransitionTime)]));
    this.#seen.set(key, { service: created, pods: times });
    const changed = [...times].filter(([name, time]) => time > (before?.pods.get(name) ?? 0)).map(([, time]) => time);
    if (created > (before?.service ?? 0)) changed.push(created);
    const earliest = before === undefined ? created : Math.min(...changed);
    return Number.isFinite(earliest) && earliest > 0 ? rfc3339(earliest) : undefined;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

function timeOf(text: string | undefined): number {
  const time = parseTime(text);
  return Number.isNaN(time) ? 0 : time;
}

import type { coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { fnv1a, safeEncode } from '../ownership/fnv.js';

/** The label by which each replica set of a deployment tells its pods from those of the others. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** One text for one value: keys in order, what is absent left out. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Names a template. `collisionCount` gives another name to a template whose name another one has. */
export function templateHash(template: coreV1.PodTemplateSpec, collisionCount: number | undefined): string {
  return safeEncode(fnv1a(canonical(template) + (collisionCount === undefined ? '' : `/${collisionCount}`)));
}

/** Absent and empty are one to upstream, and a client that writes the one must not start a rollout. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => withoutEmpty(item) ?? {});
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, isHollow(part) ? undefined : part] as const);
  return Object.fromEntries(entries.filter(([, part]) => part !== undefined).map(([key, part]) => [key, withoutEmpty(part)]));
}

/** An empty object can mean something (an emptyDir), an empty list or an empty map of labels cannot. */
function isHollow(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function comparable({ metadata, spec }: coreV1.PodTemplateSpec): unknown {
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = metadata?.labels ?? {};
  const { creationTimestamp: _time, annotations = {}, ...rest } = metadata ?? {};
  return withoutEmpty({ metadata: { ...rest, labels, annotations }, spec });
}

/** Whether two templates are the same but for the hash label. */
export function sameTemplate(a: coreV1.PodTemplateSpec, b: coreV1.PodTemplateSpec): boolean {
  return deepEqual(comparable(a), comparable(b));
}

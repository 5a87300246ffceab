import type { coreV1 } from '@gantry/api-types';
import type { ResourceObject } from '@gantry/resources';

type Lists = Record<'requests' | 'limits', Record<string, string>>;

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Gives the containers of a pod what a limit range says of who says nothing, and notes that on the pod. */
export function applyDefaults({ spec }: coreV1.LimitRange, { metadata, spec: { containers, initContainers = [] } }: ResourceObject & { spec: coreV1.PodSpec }): void {
  const defaults: Lists = { requests: {}, limits: {} };
  for (const { type, default: limits, defaultRequest } of spec?.limits ?? []) {
    if (type !== 'Container') continue;
    Object.assign(defaults.requests, defaultRequest);
    Object.assign(defaults.limits, limits);
  }
  const notes = [
    ...containers.flatMap((container) => filled(container, defaults, 'container')),
    ...initContainers.flatMap((container) => filled(container, defaults, 'init container')),
  ];
  if (notes.length > 0) metadata.annotations = { ...metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
}

function filled(container: coreV1.Container, defaults: Lists, what: string): string[] {
  const resources = (container.resources ??= {});
  return (['requests', 'limits'] as const).flatMap((list) => {
    const missing = Object.keys(defaults[list]).filter((name) => resources[list]?.[name] === undefined).sort();
    if (missing.length === 0) return [];
    resources[list] = { ...resources[list], ...Object.fromEntries(missing.map((name) => [name, defaults[list][name]!])) };
    return [`${missing.join(', ')} ${list === 'requests' ? 'request' : 'limit'} for ${what} ${container.name}`];
  });
}

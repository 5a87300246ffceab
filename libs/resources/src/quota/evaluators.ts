import type { QuotaEvaluator } from './evaluator.js';
import { ONE } from './evaluator.js';
import { podEvaluator } from './pods.js';
import { serviceEvaluator } from './services.js';

/** Resources with a name of their own from before any could be counted. */
const plainNames: ReadonlySet<string> = new Set(['configmaps', 'replicationcontrollers', 'resourcequotas', 'secrets', 'persistentvolumeclaims']);

/** Events are not counted: whoever writes one has no say in it. */
const uncounted: ReadonlySet<string> = new Set(['/events', 'events.k8s.io/events']);

const known = new Map<string, QuotaEvaluator>([['/pods', podEvaluator], ['/services', serviceEvaluator]]);

/** How objects of a resource count in quotas; undefined where they never do. */
export function quotaEvaluatorOf(group: string, resource: string): QuotaEvaluator | undefined {
  const key = `${group}/${resource}`;
  if (uncounted.has(key)) return undefined;
  let evaluator = known.get(key);
  if (evaluator === undefined) known.set(key, (evaluator = counter(group, resource)));
  return evaluator;
}

/** The names under which any object of a resource counts: `count/deployments.apps`. */
function counter(group: string, resource: string): QuotaEvaluator {
  const names = [`count/${resource}${group === '' ? '' : `.${group}`}`, ...(group === '' && plainNames.has(resource) ? [resource] : [])];
  const usage = new Map(names.map((name) => [name, ONE]));
  return {
    handles: ({ operation, subresource }) => operation === 'CREATE' && subresource === '',
    covers: (name) => names.includes(name),
    usage: () => usage,
    isInScope: () => false,
    missing: () => undefined,
  };
}

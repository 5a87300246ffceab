import type { coreV1 } from '@gantry/api-types';
import type { Quantity } from '@gantry/apimachinery';
import { qosClassOf } from '../core/pod/qos.js';
import type { ResourceObject } from '../descriptor.js';
import type { Amounts } from './amounts.js';
import { addTo, amountsOf } from './amounts.js';
import type { QuotaEvaluator, ScopeRequirement } from './evaluator.js';
import { ONE, satisfies } from './evaluator.js';
import { podResourcesWithOverhead } from './pod-resources.js';

type Pod = ResourceObject & { spec: coreV1.PodSpec; status?: coreV1.PodStatus };

const COUNT = 'count/pods';
const compute = ['cpu', 'memory', 'ephemeral-storage'];
const names: ReadonlySet<string> = new Set([COUNT, 'pods', ...compute, ...compute.map((name) => `requests.${name}`), ...compute.map((name) => `limits.${name}`)]);
/** Names that every container must say something of where they are limited: a mistake of upstream's first days that users rely on. */
const demanded: ReadonlySet<string> = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** Pods: how many, and what they request and may use. */
export const podEvaluator: QuotaEvaluator = {
  handles: ({ operation, subresource, object, old }) => {
    if (subresource === 'resize') return operation === 'UPDATE';
    if (subresource !== '') return false;
    return operation === 'CREATE' || isTerminating(old as Pod) !== isTerminating(object as Pod);
  },
  covers: (name) => names.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-') || isExtended(name),
  usage: (object, now) => usageOf(object as Pod, now),
  isInScope: (requirement, object) => isInScope(requirement, object as Pod),
  missing: (limited, object) => missingOf(limited.filter((name) => demanded.has(name)), (object as Pod).spec),
};

/** Of devices only requests are limited. */
function isExtended(name: string): boolean {
  return name.startsWith('requests.') && name.includes('/') && !name.includes('kubernetes.io/');
}

function usageOf(pod: Pod, now: number): Amounts {
  const usage = new Map<string, Quantity>([[COUNT, ONE]]);
  if (isCharged(pod, now)) addTo(usage, computeUsage(podResourcesWithOverhead(pod.spec, 'requests'), podResourcesWithOverhead(pod.spec, 'limits')));
  return usage;
}

/** A pod that has ended, or that nobody can end any more, takes nothing from others. */
function isCharged({ metadata: { deletionTimestamp, deletionGracePeriodSeconds: grace }, status }: Pod, now: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  return deletionTimestamp === undefined || grace === undefined || now <= Date.parse(deletionTimestamp) + grace * 1000;
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map<string, Quantity>([['pods', ONE]]);
  for (const [name, quantity] of requests) {
    if (compute.includes(name) || name.startsWith('hugepages-')) usage.set(name, quantity).set(`requests.${name}`, quantity);
    else if (name.includes('/') && !name.includes('kubernetes.io/')) usage.set(`requests.${name}`, quantity);
  }
  for (const name of compute) {
    const limit = limits.get(name);
    if (limit !== undefined) usage.set(`limits.${name}`, limit);
  }
  return usage;
}

function missingOf(limited: readonly string[], { resources, containers, initContainers = [] }: coreV1.PodSpec): string | undefined {
  if (Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length > 0) return undefined;
  const silent = new Map<string, string[]>();
  for (const { name, resources: own } of [...containers, ...initContainers]) {
    const said = computeUsage(amountsOf(own?.requests), amountsOf(own?.limits));
    for (const resource of limited) if (!said.has(resource)) silent.set(resource, [...(silent.get(resource) ?? []), name]);
  }
  if (silent.size === 0) return undefined;
  const texts = [...silent].map(([resource, who]) => `${resource} for: ${[...new Set(who)].sort().join(',')}`);
  return `must specify ${texts.sort().join('; ')}`;
}

function isTerminating(pod: Pod | undefined): boolean {
  return (pod?.spec.activeDeadlineSeconds ?? -1) >= 0;
}

function isInScope(requirement: ScopeRequirement, pod: Pod): boolean {
  switch (requirement.scopeName) {
    case 'Terminating': return isTerminating(pod);
    case 'NotTerminating': return !isTerminating(pod);
    case 'BestEffort': return qosClassOf(pod.spec) === 'BestEffort';
    case 'NotBestEffort': return qosClassOf(pod.spec) !== 'BestEffort';
    case 'PriorityClass': return satisfies(requirement, pod.spec.priorityClassName ?? '');
    case 'CrossNamespacePodAffinity': return looksBeyond(pod.spec.affinity);
    default: return false;
  }
}

/** Whether the pod's place depends on pods of other namespaces. */
function looksBeyond({ podAffinity, podAntiAffinity }: coreV1.Affinity = {}): boolean {
  return [podAffinity, podAntiAffinity].some((affinity) => {
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms = [...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []), ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)];
    return terms.some(({ namespaces, namespaceSelector }) => (namespaces ?? []).length > 0 || namespaceSelector !== undefined);
  });
}

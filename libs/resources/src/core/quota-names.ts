import { invalid, isQualifiedName } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const compute = ['cpu', 'memory', 'ephemeral-storage'];
const counted = [
  'pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
];

const wholeNames: ReadonlySet<string> = new Set(counted);
const quotaNames: ReadonlySet<string> = new Set([
  ...compute, ...counted, ...compute.map((name) => `requests.${name}`), ...compute.map((name) => `limits.${name}`), 'requests.storage',
]);

/** Whether a quota may be of this resource, of those without a domain. */
export function isQuotaResource(name: string): boolean {
  return quotaNames.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
}

/** Whether the resource comes in pieces. */
export function isCounted(name: string): boolean {
  return wholeNames.has(name) || isExtended(name);
}

/** The name of a resource of any kind: a plain one must be known. Adds what it finds to `errors`; answers whether the name is one. */
export function validateResourceName(name: string, at: FieldPath, errors: FieldError[]): boolean {
  const problems = isQualifiedName(name);
  for (const problem of problems) errors.push(invalid(at, name, problem));
  if (problems.length > 0) return false;
  if (name.includes('/') || isQuotaResource(name) || name === 'storage') return true;
  errors.push(invalid(at, name, 'must be a standard resource type or fully qualified'));
  return false;
}

/** The name of a resource that a container may have. */
export function validateContainerResourceName(name: string, at: FieldPath, errors: FieldError[]): void {
  const isName = validateResourceName(name, at, errors);
  if (!name.includes('/')) {
    if (!compute.includes(name) && !isHugePages(name)) errors.push(invalid(at, name, 'must be a standard resource for containers'));
  } else if (isName && !isNative(name) && !isExtended(name)) errors.push(invalid(at, name, "doesn't follow extended resource name standard"));
}

/** Processor time, memory and disk may be promised more than once; devices and huge pages not. */
export function isOvercommitAllowed(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0;
}

import type { schedulingV1 } from '@gantry/api-types';

/** What names of classes begin with that are the system's own. */
export const SYSTEM_PREFIX = 'system-';

/** The most that the value of a class of users' may be; what is above is for the system. */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;

/** The classes that every cluster has. */
export const systemPriorityClasses: readonly (schedulingV1.PriorityClass & { readonly metadata: { name: string }; readonly value: number })[] = [
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

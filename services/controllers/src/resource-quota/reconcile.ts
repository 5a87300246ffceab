import type { coreV1 } from '@gantry/api-types';
import { deepEqual, isConflict, isNotFound } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client, KubeObject } from '@gantry/client';
import { RESOURCEQUOTAS } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import { countsIn, quotaUsage } from '@gantry/resources';
import type { CountedObjects, ResourceObject } from '@gantry/resources';
import type { DiscoveredResource } from '../resources/discovered-resource.js';

/** Milliseconds after which a quota is counted again though nothing was seen to change: pods that nobody can end stop counting by the clock. */
const RESYNC = 5 * 60_000;

export interface QuotaDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly quota: (key: string) => coreV1.ResourceQuota | undefined;
  readonly resources: () => Promise<readonly DiscoveredResource[]>;
}

/**
 * The objects as they are at the quota's revision or later. Whatever was made since then has changed the quota, by admission, in the same
 * write, so that a count that misses it cannot be stored; what is gone meanwhile is counted by the next look.
 */
async function counted(client: Client, { group, version, resource }: DiscoveredResource, { metadata }: coreV1.ResourceQuota, signal: AbortSignal): Promise<CountedObjects> {
  const { namespace, resourceVersion } = metadata ?? {};
  const { items } = await client.resource<KubeObject>({ group, version, resource }, namespace).list({ resourceVersion, resourceVersionMatch: 'NotOlderThan', signal });
  return { group, resource, objects: items as ResourceObject[] };
}

async function computeStatus({ client, clock, resources }: QuotaDependencies, quota: coreV1.ResourceQuota, signal: AbortSignal): Promise<coreV1.ResourceQuotaStatus> {
  const spec = quota.spec ?? {};
  const concerned = (await resources()).filter(({ namespaced, group, resource }) => namespaced && countsIn(spec, group, resource));
  const objects = await Promise.all(concerned.map((resource) => counted(client, resource, quota, signal)));
  return { hard: spec.hard ?? {}, used: quotaUsage(spec, objects, clock.now()) };
}

/** Counts what is used of a quota. What admission noted is corrected by what went, and by what was there before the quota. */
export function createReconcile(dependencies: QuotaDependencies): Reconcile {
  return async (key, signal) => {
    const quota = dependencies.quota(key);
    if (quota === undefined) return undefined;
    const status = await computeStatus(dependencies, quota, signal);
    const { hard = {}, used = {} } = quota.status ?? {};
    const isCounted = quota.status?.hard !== undefined && quota.status.used !== undefined;
    if (isCounted && deepEqual(status, { hard, used })) return { requeueAfter: RESYNC };
    try {
      await dependencies.client.resource(RESOURCEQUOTAS, quota.metadata?.namespace).updateStatus({ ...quota, status });
    } catch (error) {
      // Another state of it is on its way here, and wakes this again.
      if (!isConflict(error) && !isNotFound(error)) throw error;
      return { requeueAfter: 100 };
    }
    return { requeueAfter: RESYNC };
  };
}

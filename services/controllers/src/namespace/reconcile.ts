import type { coreV1 } from '@gantry/api-types';
import { deepEqual, isNotFound } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { NAMESPACES } from '@gantry/client';
import type { Reconcile, ReconcileResult } from '@gantry/controller';
import type { DiscoveredResource } from '../resources/discovered-resource.js';
import { deletionConditions } from './conditions.js';
import { emptyNamespace } from './empty.js';
import { computePlan, finalized, lookAgainAfter } from './plan.js';

export interface NamespaceDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly namespace: (name: string) => coreV1.Namespace | undefined;
  /** What is served now: a namespace is only empty when every kind was looked at. */
  readonly resources: () => Promise<readonly DiscoveredResource[]>;
}

async function empty({ client, clock, resources }: NamespaceDependencies, namespace: coreV1.Namespace, signal: AbortSignal): Promise<ReconcileResult | undefined> {
  const namespaces = client.resource(NAMESPACES);
  const { report, left } = await emptyNamespace(client, namespace.metadata?.name ?? '', await resources(), signal);
  const conditions = deletionConditions(namespace.status?.conditions ?? [], report, clock.now());
  const changed = !deepEqual(conditions, namespace.status?.conditions);
  const current = changed ? await namespaces.updateStatus({ ...namespace, status: { ...namespace.status, conditions } }) : namespace;
  if (left.length > 0) return { requeueAfter: lookAgainAfter(left) };
  if (report.deletionFailures.length > 0) throw new Error(`could not empty namespace ${namespace.metadata?.name}: ${report.deletionFailures.join(', ')}`);
  await namespaces.update(finalized(current), { subresource: 'finalize' });
  return undefined;
}

/** Empties namespaces that are being deleted, then lets them go. */
export function createReconcile(dependencies: NamespaceDependencies): Reconcile {
  return async (name, signal) => {
    const namespace = dependencies.namespace(name);
    const plan = namespace === undefined ? ({ type: 'nothing' } as const) : computePlan(namespace);
    if (plan.type === 'nothing' || namespace === undefined) return undefined;
    try {
      if (plan.type === 'empty') return await empty(dependencies, namespace, signal);
      await dependencies.client.resource(NAMESPACES).updateStatus(plan.namespace);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  };
}

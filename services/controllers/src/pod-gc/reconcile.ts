import type { coreV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { NODES, PODS } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import { readLive } from '../ownership/settle-claims.js';
import { markPod } from '../pods/disruption.js';
import { isPodFinished } from '../pods/pod-status.js';
import type { PodGcDeletion } from './plan.js';
import { computePlan, missingNodes } from './plan.js';

/** Times in milliseconds. */
export interface PodGcSettings {
  readonly interval: number;
  /** How long a node must be missing before its pods are taken. */
  readonly quarantine: number;
  readonly terminatedThreshold: number;
}

export const DEFAULT_POD_GC_SETTINGS: PodGcSettings = { interval: 20_000, quarantine: 40_000, terminatedThreshold: 12_500 };

export interface PodGcDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly settings: PodGcSettings;
  readonly pods: () => readonly coreV1.Pod[];
  readonly nodes: () => readonly coreV1.Node[];
}

/** Nobody is left to report how the pod ended, so it is said here. */
async function markEnd({ client, clock }: PodGcDependencies, { pod, reason }: PodGcDeletion): Promise<void> {
  if (reason === 'terminated' || isPodFinished(pod)) return;
  const disruption = reason === 'nodeGone' ? { reason: 'DeletionByPodGC' as const, message: 'PodGC: node no longer exists' } : undefined;
  await markPod(client, pod, { disruption, phase: 'Failed', now: clock.now() });
}

async function collect(dependencies: PodGcDependencies, deletion: PodGcDeletion): Promise<void> {
  const { namespace, name = '', uid } = deletion.pod.metadata ?? {};
  try {
    await markEnd(dependencies, deletion);
    await dependencies.client.resource(PODS, namespace).delete(name, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Nodes that were missing for the whole quarantine and that the server does not have either. */
async function goneNodes({ client, clock, settings }: PodGcDependencies, missing: ReadonlySet<string>, since: Map<string, number>): Promise<Set<string>> {
  for (const name of since.keys()) if (!missing.has(name)) since.delete(name);
  const gone = new Set<string>();
  for (const name of missing) {
    const first = since.get(name) ?? clock.monotonic();
    since.set(name, first);
    const ripe = clock.monotonic() - first >= settings.quarantine;
    if (ripe && (await readLive(client.resource(NODES), name)) === undefined) gone.add(name);
  }
  return gone;
}

/** Sweeps over all pods every so often; the only key is the sweep itself. */
export function createReconcile(dependencies: PodGcDependencies): Reconcile {
  const since = new Map<string, number>();
  const { settings } = dependencies;
  return async () => {
    const pods = dependencies.pods();
    const nodes = new Set(dependencies.nodes().map(({ metadata }) => metadata?.name ?? ''));
    const gone = await goneNodes(dependencies, missingNodes(pods, nodes), since);
    for (const deletion of computePlan({ pods, nodes, goneNodes: gone, terminatedThreshold: settings.terminatedThreshold })) await collect(dependencies, deletion);
    return { requeueAfter: settings.interval };
  };
}

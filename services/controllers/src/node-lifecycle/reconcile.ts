import type { coordinationV1, coreV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { NODES, PODS } from '@gantry/client';
import type { EventRecorder, Reconcile } from '@gantry/controller';
import { formatTime } from '@gantry/controller';
import { isPodReady } from '../pods/pod-status.js';
import type { HealthTimes, SignOfLife } from './health.js';
import { lostConditions, nodeCondition, observe, untilLost } from './health.js';
import { computeTaints } from './taints.js';

export interface NodeLifecycleDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly times: HealthTimes;
  readonly node: (name: string) => coreV1.Node | undefined;
  readonly lease: (nodeName: string) => coordinationV1.Lease | undefined;
  readonly podsOn: (nodeName: string) => readonly coreV1.Pod[];
}

function reference(node: coreV1.Node): coreV1.ObjectReference {
  return { apiVersion: 'v1', kind: 'Node', name: node.metadata?.name, uid: node.metadata?.uid };
}

async function markLost({ client, recorder, clock }: NodeLifecycleDependencies, node: coreV1.Node): Promise<coreV1.Node> {
  const conditions = lostConditions(node, clock.now());
  if (conditions === undefined) return node;
  const name = node.metadata?.name ?? '';
  const written = await client.resource(NODES).updateStatus({ ...node, status: { ...node.status, conditions } });
  recorder.event(reference(node), { type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` });
  return written;
}

/** Guarded by the revision: the list is replaced as a whole. */
async function writeTaints({ client, clock }: NodeLifecycleDependencies, node: coreV1.Node): Promise<void> {
  const taints = computeTaints(node, clock.now());
  if (taints === undefined) return;
  const { name = '', resourceVersion } = node.metadata ?? {};
  await client.resource(NODES).patch(name, 'application/merge-patch+json', { metadata: { resourceVersion }, spec: { taints } });
}

async function markNotReady({ client, recorder, clock }: NodeLifecycleDependencies, pod: coreV1.Pod): Promise<void> {
  const { name = '', namespace, uid, generation } = pod.metadata ?? {};
  const condition = { type: 'Ready', status: 'False', ...(generation === undefined ? {} : { observedGeneration: generation }), lastTransitionTime: formatTime(clock.now()) };
  await client
    .resource(PODS, namespace)
    .patch(name, 'application/strategic-merge-patch+json', { metadata: { uid }, status: { conditions: [condition] } }, { subresource: 'status' })
    .catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  recorder.event({ ...pod, apiVersion: 'v1', kind: 'Pod' }, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
}

/** Watches over the signs of life of every node; the key is the node's name. */
export function createReconcile(dependencies: NodeLifecycleDependencies): Reconcile {
  const lives = new Map<string, SignOfLife>();
  const { clock, times } = dependencies;
  return async (name) => {
    const node = dependencies.node(name);
    if (node === undefined) return void lives.delete(name);
    const life = observe(node, dependencies.lease(name), lives.get(name), clock.monotonic());
    lives.set(name, life);
    const left = untilLost(node, life, times, clock.monotonic());
    const current = left <= 0 ? await markLost(dependencies, node) : node;
    await writeTaints(dependencies, current);
    if (nodeCondition(current, 'Ready')?.status === 'Unknown') {
      for (const pod of dependencies.podsOn(name).filter(isPodReady)) await markNotReady(dependencies, pod);
    }
    return { requeueAfter: left > 0 ? left : times.gracePeriod };
  };
}

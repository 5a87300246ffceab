import type { coreV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import { PODS } from '@gantry/client';
import { formatTime } from '@gantry/controller';
import type { PodFacts } from '../pods/pod-facts.js';

/** Binds the pod to the node. The uid in the binding keeps a namesake of a pod that was replaced from being bound. */
export async function bind(client: Client, { pod }: PodFacts, node: string): Promise<void> {
  const { namespace, name = '', uid } = pod.metadata ?? {};
  const binding: coreV1.Binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { apiVersion: 'v1', kind: 'Node', name: node } };
  await client.resource<coreV1.Binding>({ group: '', version: 'v1', resource: 'pods' }, namespace).create(binding, { subresource: 'binding', name });
}

function saysSo(pod: coreV1.Pod, message: string): boolean {
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return before?.status === 'False' && before.observedGeneration === pod.metadata?.generation && before.reason === 'Unschedulable' && before.message === message;
}

/** Says in the pod's status why no node takes it, unless it says so. */
export async function writeUnschedulable(client: Client, { pod }: PodFacts, message: string, now: number): Promise<void> {
  if (saysSo(pod, message)) return;
  const { namespace, name = '', uid, generation } = pod.metadata ?? {};
  const condition = { type: 'PodScheduled', ...(generation === undefined ? {} : { observedGeneration: generation }), status: 'False', reason: 'Unschedulable', message, lastProbeTime: null, lastTransitionTime: formatTime(now) };
  await client
    .resource(PODS, namespace)
    .patch(name, 'application/strategic-merge-patch+json', { metadata: { uid }, status: { conditions: [condition] } }, { subresource: 'status' })
    .catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
}

import type { coreV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { PODS } from '@gantry/client';
import type { EventRecorder, Reconcile } from '@gantry/controller';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { markPod } from '../pods/disruption.js';
import { isPodFinished } from '../pods/pod-status.js';
import { computePlan } from './plan.js';

export interface TaintEvictionDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** Milliseconds for which nothing is evicted after the start: taints may be those of an outage of the control plane. */
  readonly gracePeriod: number;
  readonly pod: (key: string) => coreV1.Pod | undefined;
  readonly node: (name: string) => coreV1.Node | undefined;
}

async function evict({ client, recorder, clock }: TaintEvictionDependencies, pod: coreV1.Pod): Promise<void> {
  const { namespace, name = '', uid } = pod.metadata ?? {};
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  recorder.event({ ...pod, apiVersion: 'v1', kind: 'Pod' }, { type: 'Normal', reason: 'TaintManagerEviction', message });
  try {
    await markPod(client, pod, { disruption: { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' }, now: clock.now() });
    await client.resource(PODS, namespace).delete(name, { preconditions: { uid } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Drives pods from nodes whose taints they do not bear; the key is the pod's. */
export function createReconcile(dependencies: TaintEvictionDependencies): Reconcile {
  const { clock, gracePeriod } = dependencies;
  const notBefore = clock.monotonic() + gracePeriod;
  return async (key) => {
    const pod = dependencies.pod(key);
    if (pod === undefined || isBeingDeleted(pod) || isPodFinished(pod)) return undefined;
    const taints = dependencies.node(pod.spec?.nodeName ?? '')?.spec?.taints ?? [];
    const plan = computePlan(pod, taints, clock.now());
    if (plan.type === 'stay') return undefined;
    const wait = Math.max(plan.at - clock.now(), notBefore - clock.monotonic());
    if (wait > 0) return { requeueAfter: wait };
    await evict(dependencies, pod);
    return undefined;
  };
}

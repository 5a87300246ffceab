import type { coreV1 } from '@gantry/api-types';
import type { Clock } from '@gantry/async';
import type { FakeClient } from '@gantry/client';
import { PODS } from '@gantry/client';

export interface KubeletBehaviour {
  /** Milliseconds that the next change of a pod takes. */
  readonly delay: () => number;
  /** Whether the containers of a pod come up. */
  readonly comesUp?: (pod: coreV1.Pod) => boolean;
}

/** Runs every pod of a fake cluster on one node: binds it, makes it ready, and ends it when it is deleted. */
export function simulateKubelet(client: FakeClient, clock: Clock, { delay, comesUp = () => true }: KubeletBehaviour): void {
  const { store } = client.api;
  const read = (pod: coreV1.Pod) => client.objects(PODS, pod.metadata?.namespace).find(({ metadata }) => metadata?.uid === pod.metadata?.uid);
  const run = (pod: coreV1.Pod) => {
    const current = read(pod);
    if (current === undefined || current.metadata?.deletionTimestamp !== undefined || !comesUp(current)) return;
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: new Date(clock.now()).toISOString() };
    store.put(PODS, { ...current, spec: { ...current.spec, nodeName: 'n1' }, status: { phase: 'Running', conditions: [ready] } } as never);
  };
  const end = (pod: coreV1.Pod) => {
    const current = read(pod);
    if (current !== undefined) store.remove(PODS, current as never);
  };
  store.listen(({ type, resource, object }) => {
    if (resource !== '/pods' || type === 'DELETED') return;
    const pod = object as unknown as coreV1.Pod;
    if (pod.metadata?.deletionTimestamp !== undefined) clock.setTimeout(() => end(pod), delay());
    else if (type === 'ADDED') clock.setTimeout(() => run(pod), delay());
  });
}

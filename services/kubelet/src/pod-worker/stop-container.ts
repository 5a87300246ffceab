import { containerSpec, graceSecondsOf, identityOf, podReference } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { WorkerDependencies } from './dependencies.js';
import { podIpOf } from './pod-ip.js';
import type { PodRecord } from './record.js';
import { preStopOf } from './stopper.js';

export interface StopOrder {
  readonly id: string;
  readonly name: string;
  /** Of the event Killing. */
  readonly message: string;
  /** Unset: the pod's. */
  readonly graceSeconds?: number;
  readonly after?: readonly string[];
}

/** Begins, or hastens, the end of one container, its hook included. */
export function beginStop(deps: WorkerDependencies, record: PodRecord, pod: Pod, { id, name, message, graceSeconds, after }: StopOrder): void {
  const tell = (type: 'Normal' | 'Warning', reason: string, text: string): void => deps.event(podReference(pod, name), { type, reason, message: text });
  deps.stopper.stop({
    podUid: identityOf(pod).uid,
    containerId: id,
    graceSeconds: graceSeconds ?? graceSecondsOf(pod),
    ...preStopOf(containerSpec(pod, name), podIpOf(deps, record, pod)),
    ...(after === undefined ? {} : { after }),
    begins: () => tell('Normal', 'Killing', message),
    // What the hook said may be secret.
    hookFailed: () => tell('Warning', 'FailedPreStopHook', 'PreStopHook failed'),
  });
}

import type { coreV1 } from '@gantry/api-types';
import type { EventContent } from '@gantry/controller';
import { graceSecondsOf, identityOf, podReference } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import type { RunHook } from './lifecycle-hook.js';
import { preStopOf } from './stopper.js';
import type { Stopper } from './stopper.js';

export interface PostStartOptions {
  readonly runHook: RunHook;
  readonly stopper: Stopper;
  readonly event: (reference: coreV1.ObjectReference, content: EventContent) => void;
  /** A hook of this pod is through. */
  readonly changed: (podUid: string) => void;
}

/**
 * Runs hooks of containers that have just started, in the background: whoever looks after the pod is free to end it meanwhile. What is
 * lost with the process is not run again, as the container is found running.
 */
export interface PostStart {
  begin(pod: Pod, container: Container, containerId: string, podIp: string): void;
  /** The container is not to count as started yet. */
  isRunning(containerId: string): boolean;
  /** The container is not waited for any more. */
  forget(containerId: string): void;
  stop(): void;
}

export function createPostStart({ runHook, stopper, event, changed }: PostStartOptions): PostStart {
  const running = new Map<string, AbortController>();

  const end = (pod: Pod, container: Container, containerId: string, podIp: string): void => {
    const reference = podReference(pod, container.name);
    // What the hook said may be secret.
    event(reference, { type: 'Warning', reason: 'FailedPostStartHook', message: 'PostStartHook failed' });
    stopper.stop({
      podUid: identityOf(pod).uid,
      containerId,
      graceSeconds: graceSecondsOf(pod),
      ...preStopOf(container, podIp),
      begins: () => event(reference, { type: 'Normal', reason: 'Killing', message: 'FailedPostStartHook' }),
      hookFailed: () => event(reference, { type: 'Warning', reason: 'FailedPreStopHook', message: 'PreStopHook failed' }),
    });
  };

  return {
    begin(pod, container, containerId, podIp) {
      const handler = container.lifecycle?.postStart;
      if (handler === undefined) return;
      const given = new AbortController();
      running.set(containerId, given);
      const hook = runHook({ handler, container, containerId, podIp, timeoutMs: Number.POSITIVE_INFINITY, signal: given.signal });
      void hook.then(() => false, () => true).then((failed) => {
        if (running.get(containerId) !== given) return;
        running.delete(containerId);
        if (failed) end(pod, container, containerId, podIp);
        changed(identityOf(pod).uid);
      });
    },
    isRunning: (containerId) => running.has(containerId),
    forget(containerId) {
      running.get(containerId)?.abort(new Error('the container has ended'));
      running.delete(containerId);
    },
    stop() {
      for (const given of running.values()) given.abort(new Error('the kubelet ends'));
      running.clear();
    },
  };
}

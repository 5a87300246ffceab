import type { coreV1 } from '@gantry/api-types';

export type Pod = coreV1.Pod;
export type Container = coreV1.Container;

/** What every pod that came from the API has. */
export interface PodIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

export function identityOf(pod: Pod): PodIdentity {
  const { uid = '', namespace = '', name = '' } = pod.metadata ?? {};
  return { uid, namespace, name };
}

/** How messages name a pod: `name_namespace(uid)`. */
export function formatPod(pod: PodIdentity): string {
  return `${pod.name}_${pod.namespace}(${pod.uid})`;
}

export function initContainersOf(pod: Pod): readonly Container[] {
  return pod.spec?.initContainers ?? [];
}

export function containersOf(pod: Pod): readonly Container[] {
  return pod.spec?.containers ?? [];
}

/** Of whichever list it stands in. */
export function containerSpec(pod: Pod, name: string): Container | undefined {
  return [...initContainersOf(pod), ...containersOf(pod)].find((container) => container.name === name);
}

/** An init container that runs on beside the others (KEP-753). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export function restartPolicyOf(pod: Pod): RestartPolicy {
  return (pod.spec?.restartPolicy as RestartPolicy | undefined) ?? 'Always';
}

export function isHostNetwork(pod: Pod): boolean {
  return pod.spec?.hostNetwork === true;
}

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

const DEFAULT_GRACE_SECONDS = 30;

/** Seconds that its containers have to end: what the deletion said, else what the pod says. */
export function graceSecondsOf(pod: Pod): number {
  return pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

/** Reference for events; with a container, to the container's field. */
export function podReference(pod: Pod, container?: string): coreV1.ObjectReference {
  const { uid, namespace, name } = identityOf(pod);
  const resourceVersion = pod.metadata?.resourceVersion;
  return {
    kind: 'Pod', apiVersion: 'v1', namespace, name, uid,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(container === undefined ? {} : { fieldPath: `spec.${listOf(pod, container)}{${container}}` }),
  };
}

function listOf(pod: Pod, container: string): 'containers' | 'initContainers' {
  return initContainersOf(pod).some(({ name }) => name === container) ? 'initContainers' : 'containers';
}

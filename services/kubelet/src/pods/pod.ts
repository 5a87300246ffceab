import type { coreV1 } from '@gantry/api-types';

export type Pod = coreV1.Pod;
export type Container = coreV1.Container;
export type EphemeralContainer = coreV1.EphemeralContainer;

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

/** Containers that came while the pod was there, to look at the others: started once, and nobody's readiness or end rests on them (KEP-277). */
export function ephemeralContainersOf(pod: Pod): readonly EphemeralContainer[] {
  return pod.spec?.ephemeralContainers ?? [];
}

/** Those of every list. */
export function allContainersOf(pod: Pod): readonly Container[] {
  return [...initContainersOf(pod), ...containersOf(pod), ...ephemeralContainersOf(pod)];
}

/** Of whichever list it stands in. */
export function containerSpec(pod: Pod, name: string): Container | undefined {
  return allContainersOf(pod).find((container) => container.name === name);
}

/** What the API was last told of all of them. */
export function statusesOf({ status }: Pod): readonly coreV1.ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])];
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

function listOf(pod: Pod, container: string): 'containers' | 'initContainers' | 'ephemeralContainers' {
  if (initContainersOf(pod).some(({ name }) => name === container)) return 'initContainers';
  return ephemeralContainersOf(pod).some(({ name }) => name === container) ? 'ephemeralContainers' : 'containers';
}

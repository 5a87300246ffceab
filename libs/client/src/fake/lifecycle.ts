import type { coreV1 } from '@gantry/api-types';
import type { KubeObject } from '../client.js';
import type { FakeObject } from './fake-store.js';

/** Kinds whose status is written by its own subresource alone. */
const WITH_STATUS = new Set(['/pods', '/nodes', '/namespaces', 'apps/deployments', 'apps/replicasets', '/replicationcontrollers', '/resourcequotas', 'storagemigration.k8s.io/storageversionmigrations']);
/** Of those, what a create makes of the status that it was given; a node may register with one. */
const INITIAL_STATUS: Readonly<Record<string, object>> = {
  '/pods': { phase: 'Pending' },
  '/namespaces': { phase: 'Active' },
  'apps/deployments': {},
  'apps/replicasets': { replicas: 0 },
  '/replicationcontrollers': { replicas: 0 },
  '/resourcequotas': {},
};

const DEFAULT_GRACE_SECONDS = 30;

export function hasStatus(type: string): boolean {
  return WITH_STATUS.has(type);
}

/** What the server adds to an object of this type on its creation. */
export function initialFields(type: string, object: KubeObject): object {
  const status = INITIAL_STATUS[type];
  const namespaceSpec = type === '/namespaces' ? { spec: { finalizers: ['kubernetes'], ...(object as coreV1.Namespace).spec } } : {};
  return status === undefined ? namespaceSpec : { ...namespaceSpec, status };
}

/** Seconds that a deleted object is kept for its own end; only a pod on a node that may still run needs any. */
export function graceSeconds(type: string, object: FakeObject, asked: number | undefined): number {
  if (type !== '/pods') return 0;
  const pod = object as unknown as coreV1.Pod;
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (ended || !pod.spec?.nodeName) return 0;
  return asked ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

/** Whether something still holds an object that is being deleted. */
export function isHeld(type: string, object: FakeObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return true;
  return type === '/namespaces' && ((object as unknown as coreV1.Namespace).spec?.finalizers ?? []).length > 0;
}

/** Finalizers as a propagation policy asks for them. */
export function propagationFinalizers(finalizers: readonly string[] = [], policy: string | undefined): string[] {
  const others = finalizers.filter((finalizer) => finalizer !== 'foregroundDeletion' && finalizer !== 'orphan');
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === undefined ? [...finalizers] : others;
}

/** A pod as a binding leaves it. */
export function bound(pod: FakeObject, nodeName: string, now: string): FakeObject {
  const { spec, status } = pod as unknown as coreV1.Pod;
  const conditions = (status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  return { ...pod, spec: { ...spec, nodeName }, status: { ...status, conditions: [...conditions, scheduled] } };
}

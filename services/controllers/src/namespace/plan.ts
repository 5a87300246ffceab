import type { coreV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';
import { isBeingDeleted } from '../ownership/controller-ref.js';

/** The finalizer, in `spec.finalizers`, behind which this controller empties the namespace. */
const KUBERNETES_FINALIZER = 'kubernetes';

export type NamespacePlan =
  /** Not being deleted, or already given free. */
  | { readonly type: 'nothing' }
  /** Say that it is being emptied before anything of it goes. */
  | { readonly type: 'mark'; readonly namespace: coreV1.Namespace }
  | { readonly type: 'empty' };

export function computePlan(namespace: coreV1.Namespace): NamespacePlan {
  if (!isBeingDeleted(namespace) || namespace.spec?.finalizers?.includes(KUBERNETES_FINALIZER) !== true) return { type: 'nothing' };
  if (namespace.status?.phase !== 'Terminating') return { type: 'mark', namespace: { ...namespace, status: { ...namespace.status, phase: 'Terminating' } } };
  return { type: 'empty' };
}

/** The namespace without this controller's finalizer. */
export function finalized(namespace: coreV1.Namespace): coreV1.Namespace {
  const finalizers = namespace.spec?.finalizers?.filter((finalizer) => finalizer !== KUBERNETES_FINALIZER) ?? [];
  return { ...namespace, apiVersion: 'v1', kind: 'Namespace', spec: { ...namespace.spec, finalizers } };
}

/** Milliseconds after which objects that were told to go may be gone: half of the longest grace, at most a quarter minute. */
export function lookAgainAfter(remaining: readonly KubeObject[]): number {
  const grace = Math.max(0, ...remaining.map(({ metadata }) => metadata?.deletionGracePeriodSeconds ?? 0));
  return Math.min(15_000, 500 + grace * 500);
}

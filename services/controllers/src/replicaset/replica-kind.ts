import type { appsV1, coreV1 } from '@gantry/api-types';
import type { KubeObject, TypedResourceReference } from '@gantry/client';
import { REPLICASETS, REPLICATIONCONTROLLERS } from '@gantry/client';
import type { Informer } from '@gantry/informer';
import type { ControllerInformers } from '../informers.js';

/**
 * A kind whose objects keep a number of pods. There is one controller for replica sets and for their elders, replication controllers, which it
 * sees as replica sets: a view that shares everything but the selector.
 */
export interface ReplicaKind<T extends KubeObject = KubeObject> {
  /** The controller's name. */
  readonly name: string;
  /** Who its events come from. */
  readonly component: string;
  readonly resource: TypedResourceReference<T>;
  readonly apiVersion: string;
  readonly informer: (informers: ControllerInformers) => Informer<T>;
  readonly view: (object: T) => appsV1.ReplicaSet;
  /** The object as it is written, of its view with a new status. */
  readonly written: (view: appsV1.ReplicaSet) => T;
}

export const replicaSets: ReplicaKind<appsV1.ReplicaSet> = {
  name: 'replicaset-controller',
  component: 'replicaset-controller',
  resource: REPLICASETS,
  apiVersion: 'apps/v1',
  informer: (informers) => informers.replicaSets,
  view: (object) => object,
  written: (object) => object,
};

export const replicationControllers: ReplicaKind<coreV1.ReplicationController> = {
  name: 'replicationcontroller-controller',
  component: 'replication-controller',
  resource: REPLICATIONCONTROLLERS,
  apiVersion: 'v1',
  informer: (informers) => informers.replicationControllers,
  view: ({ spec = {}, ...rest }) => ({ ...rest, spec: { ...spec, selector: { matchLabels: spec.selector ?? {} } } }) as appsV1.ReplicaSet,
  written: ({ spec, status, ...rest }) => {
    const { terminatingReplicas: _unknown, ...counts } = status ?? { replicas: 0 };
    return { ...rest, apiVersion: 'v1', kind: 'ReplicationController', spec: { ...spec, selector: spec?.selector.matchLabels ?? {} }, status: counts };
  },
};

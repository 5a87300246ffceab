import type { appsV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';
import { defaultPodSpec } from '../../core/pod-spec/defaults.js';
import { presentTemplate } from '../template-selector.js';

/** A replica set as defaults leave it. */
export type DefaultedReplicaSet = WithMetadata<appsV1.ReplicaSet> & { spec: appsV1.ReplicaSetSpec; status: appsV1.ReplicaSetStatus };

/** Fills a replica set and its template. */
export function defaultReplicaSet(replicaSet: DefaultedReplicaSet): void {
  replicaSet.metadata ??= {};
  const spec = (replicaSet.spec ??= {} as appsV1.ReplicaSetSpec);
  replicaSet.status ??= { replicas: 0 };
  spec.replicas ??= 1;
  const template = presentTemplate(spec.template);
  spec.template = template;
  defaultPodSpec(template.spec);
}

import type { appsV1, coreV1, metaV1 } from '@gantry/api-types';

/** A pod of the replica set's template, whose name the server is to choose. */
export function podFromTemplate(replicaSet: appsV1.ReplicaSet, controller: metaV1.OwnerReference): coreV1.Pod {
  const { metadata = {}, spec } = replicaSet.spec?.template ?? {};
  const { labels, annotations, finalizers } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${replicaSet.metadata?.name ?? ''}-`,
      namespace: replicaSet.metadata?.namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controller],
    },
    spec,
  };
}

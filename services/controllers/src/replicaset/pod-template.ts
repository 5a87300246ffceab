import type { appsV1, coreV1 } from '@gantry/api-types';
import { controllerReference } from '../ownership/controller-ref.js';
import { fnv1a, safeSuffix } from '../ownership/fnv.js';

const SUFFIX_LENGTH = 5;
const LONGEST_PREFIX = 63 - SUFFIX_LENGTH;

function prefix(replicaSet: appsV1.ReplicaSet): string {
  return `${replicaSet.metadata?.name ?? ''}-`.slice(0, LONGEST_PREFIX);
}

/**
 * Names for `count` new pods, of upstream's form (`<replica set>-x7k2p`) but derived from the replica set and the pods that it
 * is seen to have: who acts twice on one sight of the world, or two who act at once, choose the same names, and the server
 * refuses the second. `salt` gives other names, for when a stranger holds one of these.
 */
export function podNames(replicaSet: appsV1.ReplicaSet, seen: readonly coreV1.Pod[], count: number, salt: number): string[] {
  const uids = seen.map((pod) => pod.metadata?.uid ?? '').sort();
  const seed = fnv1a([replicaSet.metadata?.uid, salt, ...uids].join('/'));
  const taken = new Set(seen.map((pod) => pod.metadata?.name));
  const names: string[] = [];
  for (let index = 0; names.length < count; index += 1) {
    const name = prefix(replicaSet) + safeSuffix(fnv1a(`${seed}/${index}`), SUFFIX_LENGTH);
    if (taken.has(name)) continue;
    taken.add(name);
    names.push(name);
  }
  return names;
}

/** A pod of the replica set's template under this name. */
export function podFromTemplate(replicaSet: appsV1.ReplicaSet, name: string): coreV1.Pod {
  const { metadata = {}, spec } = replicaSet.spec?.template ?? {};
  const { labels, annotations, finalizers } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: prefix(replicaSet),
      namespace: replicaSet.metadata?.namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(replicaSet, 'apps/v1', 'ReplicaSet')],
    },
    spec,
  };
}

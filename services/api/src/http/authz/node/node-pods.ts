import type { coreV1 } from '@gantry/api-types';
import type { ResourceObject } from '@gantry/resources';
import { storageKeyOf } from '../../../registry/served-resource.js';
import type { ServedResource } from '../../../registry/served-resource.js';
import type { CachedObject } from '../../../watch-cache/cached-object.js';
import { ObjectIndex } from '../../../watch-cache/object-index.js';
import { podReferences } from './pod-references.js';

/** What a node has to do with objects: it does through the pods that are bound to it, as the cache has them. */
export interface NodePods {
  /** Whether a pod of this node in that namespace names the object. */
  refersTo(node: string, kind: 'secrets' | 'configmaps', namespace: string, name: string): boolean;
  /** Whether a pod of this node in that namespace runs as the account. */
  runsAs(node: string, namespace: string, account: string): boolean;
  /** The node of a pod, '' for none; undefined: there is no such pod. */
  nodeOf(namespace: string, name: string): string | undefined;
}

export function nodePods(pods: ServedResource): NodePods {
  const byNode = new ObjectIndex(pods.cache, (pod) => valuesOf(specOf(pod).nodeName));
  const some = (node: string, namespace: string, accept: (spec: coreV1.PodSpec) => boolean): boolean => {
    const prefix = `${pods.cache.prefix}${namespace}/`;
    for (const pod of byNode.get(node)) if (pod.key.startsWith(prefix) && accept(specOf(pod.object))) return true;
    return false;
  };
  return {
    refersTo: (node, kind, namespace, name) => some(node, namespace, (spec) => podReferences(spec)[kind].has(name)),
    runsAs: (node, namespace, account) => some(node, namespace, ({ serviceAccountName }) => serviceAccountName === account),
    nodeOf: (namespace, name) => nodeNameIn(pods.cache.get(storageKeyOf(pods, namespace, name))),
  };
}

function specOf(pod: ResourceObject): coreV1.PodSpec {
  return (pod['spec'] ?? {}) as coreV1.PodSpec;
}

function nodeNameIn(pod: CachedObject | undefined): string | undefined {
  return pod === undefined ? undefined : (specOf(pod.object).nodeName ?? '');
}

function valuesOf(nodeName: string | undefined): string[] {
  return nodeName ? [nodeName] : [];
}

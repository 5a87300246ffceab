import type { KubeObject } from '@gantry/client';

/** `namespace/name`, or the name alone for a cluster-scoped object: what work queues hold. */
export function objectKey({ metadata }: KubeObject): string {
  return keyFor(metadata?.name ?? '', metadata?.namespace);
}

export function keyFor(name: string, namespace?: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The parts of an `objectKey`. */
export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: undefined, name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The revision of an object; 0 where it says none. Revisions are integers that grow (KEP-5504). */
export function revisionOf(object: KubeObject): number {
  return Number(object.metadata?.resourceVersion ?? 0);
}

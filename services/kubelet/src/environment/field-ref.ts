import type { Pod } from '../pods/pod.js';

export interface FieldContext {
  readonly nodeName: string;
  readonly hostIps: readonly string[];
  readonly podIp: string | undefined;
}

/** The value of a downward API field of an environment variable; undefined: it is not one. */
export function fieldValue(pod: Pod, fieldPath: string, context: FieldContext): string | undefined {
  const keyed = /^metadata\.(annotations|labels)\['(.*)'\]$/.exec(fieldPath);
  if (keyed !== null) return pod.metadata?.[keyed[1] as 'annotations' | 'labels']?.[keyed[2] ?? ''] ?? '';
  const read = FIELDS[fieldPath];
  return read?.(pod, context);
}

const FIELDS: Readonly<Record<string, (pod: Pod, context: FieldContext) => string>> = {
  'metadata.name': (pod) => pod.metadata?.name ?? '',
  'metadata.namespace': (pod) => pod.metadata?.namespace ?? '',
  'metadata.uid': (pod) => pod.metadata?.uid ?? '',
  'spec.nodeName': (_, context) => context.nodeName,
  'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
  'status.hostIP': (_, context) => context.hostIps[0] ?? '',
  'status.hostIPs': (_, context) => context.hostIps.join(','),
  'status.podIP': (_, context) => context.podIp ?? '',
  'status.podIPs': (_, context) => context.podIp ?? '',
};

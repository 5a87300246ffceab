import type { SandboxMetadata } from '../runtime.js';

/** Everything that a restarted kubelet must know stands in the container's labels: there is no other record. */
export const label = {
  cluster: 'io.gantry.cluster',
  node: 'io.gantry.node',
  type: 'io.gantry.type',
  podUid: 'io.gantry.pod.uid',
  podName: 'io.gantry.pod.name',
  podNamespace: 'io.gantry.pod.namespace',
  container: 'io.gantry.container.name',
  attempt: 'io.gantry.attempt',
  sandbox: 'io.gantry.sandbox.id',
  image: 'io.gantry.image',
  logPath: 'io.gantry.log.path',
  labels: 'io.gantry.labels',
  annotations: 'io.gantry.annotations',
} as const;

export type ContainerType = 'sandbox' | 'container';
export type Labels = Readonly<Record<string, string>>;

/** Who made it and for whom: `node` unset matches no filter of a node. */
export interface Owner {
  readonly cluster: string;
  readonly node: string;
}

export interface Described {
  readonly labels: Labels;
  readonly annotations: Labels;
}

export function podLabels(owner: Owner, type: ContainerType, metadata: SandboxMetadata, described: Described): Record<string, string> {
  return {
    [label.cluster]: owner.cluster,
    [label.node]: owner.node,
    [label.type]: type,
    [label.podUid]: metadata.uid,
    [label.podName]: metadata.name,
    [label.podNamespace]: metadata.namespace,
    [label.attempt]: String(metadata.attempt),
    [label.labels]: JSON.stringify(described.labels),
    [label.annotations]: JSON.stringify(described.annotations),
  };
}

export function metadataOf(labels: Labels): SandboxMetadata {
  return {
    name: labels[label.podName] ?? '',
    namespace: labels[label.podNamespace] ?? '',
    uid: labels[label.podUid] ?? '',
    attempt: Number(labels[label.attempt] ?? 0),
  };
}

/** What the kubelet gave as labels and annotations, back from where `podLabels` put it. */
export function describedBy(labels: Labels): Described {
  return { labels: record(labels[label.labels]), annotations: record(labels[label.annotations]) };
}

/** Labels can be written by anyone on the engine: what is not a JSON object counts as empty. */
function record(text: string | undefined): Labels {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Labels) : {};
  } catch {
    return {};
  }
}

/** The engine's list filter for what this node owns, of all pods or of one. */
export function ownFilter(owner: Owner, podUid: string | undefined): string {
  const wanted = [`${label.cluster}=${owner.cluster}`, `${label.node}=${owner.node}`];
  if (podUid !== undefined) wanted.push(`${label.podUid}=${podUid}`);
  return JSON.stringify({ label: wanted });
}

/** Engine names are unique, so a create that was repeated after a crash meets its first result instead of doubling it. */
export function engineName(owner: Owner, container: string, metadata: SandboxMetadata, attempt: number): string {
  const parts = ['gantry', owner.cluster, owner.node, container, metadata.namespace, metadata.name, metadata.uid, String(attempt)];
  return parts.map((part) => part.replace(/[^a-zA-Z0-9.-]/g, '-')).join('_');
}

import { wellKnownLabels } from '@gantry/apimachinery';
import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn, wideColumn } from '../../printing/columns.js';
import type { DefaultedNode } from './defaults.js';

const none = '<none>';
const unknown = '<unknown>';

function readiness({ spec, status }: DefaultedNode): string {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const texts = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (spec.unschedulable === true) texts.push('SchedulingDisabled');
  return texts.join(',');
}

/** The roles that the labels give, in alphabetical order. */
function roles({ metadata }: DefaultedNode): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(wellKnownLabels.nodeRolePrefix)) found.add(key.slice(wellKnownLabels.nodeRolePrefix.length));
    else if (key === wellKnownLabels.nodeRole) found.add(value);
  }
  found.delete('');
  return [...found].sort().join(',') || none;
}

function address({ status }: DefaultedNode, type: string): string {
  return status.addresses?.find((candidate) => candidate.type === type)?.address ?? none;
}

function kernel({ status }: DefaultedNode): string {
  const { kernelVersion, architecture } = status.nodeInfo ?? {};
  return (kernelVersion || unknown) + (architecture ? ` (${architecture})` : '');
}

/** The columns of `kubectl get nodes`. */
export const nodeColumns: readonly TypedColumn<DefaultedNode>[] = [
  nameColumn(),
  column('Status', 'Whether the node is ready, and whether pods may be scheduled to it.', readiness),
  column('Roles', 'The roles that the labels of the node give.', roles),
  ageColumn(),
  column('Version', 'The version of the kubelet.', ({ status }) => status.nodeInfo?.kubeletVersion ?? ''),
  wideColumn('Internal-IP', 'The address of the node inside the cluster.', (node) => address(node, 'InternalIP')),
  wideColumn('External-IP', 'The address of the node outside of the cluster.', (node) => address(node, 'ExternalIP')),
  wideColumn('OS-Image', 'The operating system of the node.', ({ status }) => status.nodeInfo?.osImage || unknown),
  wideColumn('Kernel-Version', 'The kernel of the node and its architecture.', kernel),
  wideColumn('Container-Runtime', 'The container runtime and its version.', ({ status }) => status.nodeInfo?.containerRuntimeVersion || unknown),
];

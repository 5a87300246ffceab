import type { coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';

/** A change that may let pods in that were refused; for each, the plugins whose mind it can change. */
export type ClusterEvent = 'nodeAdded' | 'nodeResources' | 'nodeLabels' | 'nodeTaints' | 'podGone' | 'podShrunk' | 'timeout';

const CONCERNS: Readonly<Record<ClusterEvent, readonly string[] | 'all'>> = {
  nodeAdded: 'all',
  timeout: 'all',
  nodeResources: ['NodeResourcesFit'],
  nodeLabels: ['NodeAffinity'],
  nodeTaints: ['TaintToleration', 'NodeUnschedulable'],
  podGone: ['NodeResourcesFit', 'NodePorts'],
  podShrunk: ['NodeResourcesFit'],
};

/** Whether the event can help a pod that these plugins refused; a pod that was refused by none waits for anything. */
export function canHelp(event: ClusterEvent, refusedBy: ReadonlySet<string>): boolean {
  const concerned = CONCERNS[event];
  return concerned === 'all' || refusedBy.size === 0 || concerned.some((plugin) => refusedBy.has(plugin));
}

/** What changed about a node as far as pods that wait are concerned. */
export function nodeChanges(before: coreV1.Node, after: coreV1.Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (!deepEqual(before.status?.allocatable, after.status?.allocatable)) events.push('nodeResources');
  if (!deepEqual(before.metadata?.labels, after.metadata?.labels)) events.push('nodeLabels');
  if (!deepEqual(before.spec?.taints, after.spec?.taints) || before.spec?.unschedulable !== after.spec?.unschedulable) events.push('nodeTaints');
  return events;
}

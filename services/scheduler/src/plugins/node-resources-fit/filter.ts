import type { FilterPlugin, Refusal } from '../../cycle/plugin.js';
import type { PodFacts } from '../../pods/pod-facts.js';
import type { NodeTable } from '../../snapshot/node-table.js';

function lacking(resource: string, resolvable: boolean): Refusal {
  return { plugin: 'NodeResourcesFit', reason: `Insufficient ${resource}`, resolvable };
}

const TOO_MANY_PODS: Refusal = { plugin: 'NodeResourcesFit', reason: 'Too many pods', resolvable: true };

function extendedFits(pod: PodFacts, nodes: NodeTable, node: number, resource: string): boolean {
  const row = nodes.rows[node];
  return (pod.extended?.get(resource) ?? 0) <= (row?.allocatable.get(resource) ?? 0) - (row?.extended.get(resource) ?? 0);
}

/** What is missing on a node; a request that is larger than the whole node no eviction can help. */
function shortages(pod: PodFacts, nodes: NodeTable, node: number): Refusal[] {
  const refusals: Refusal[] = [];
  const check = (resource: string, wanted: number, allocatable: Float64Array, taken: Float64Array) => {
    const whole = allocatable[node] as number;
    if (wanted > 0 && wanted > whole - (taken[node] as number)) refusals.push(lacking(resource, wanted <= whole));
  };
  if ((nodes.pods[node] as number) + 1 > (nodes.allocatablePods[node] as number)) refusals.push(TOO_MANY_PODS);
  check('cpu', pod.cpu, nodes.allocatableCpu, nodes.cpu);
  check('memory', pod.memory, nodes.allocatableMemory, nodes.memory);
  check('ephemeral-storage', pod.ephemeralStorage, nodes.allocatableEphemeral, nodes.ephemeral);
  for (const [resource, wanted] of pod.extended ?? []) {
    if (!extendedFits(pod, nodes, node, resource)) refusals.push(lacking(resource, wanted <= (nodes.rows[node]?.allocatable.get(resource) ?? 0)));
  }
  return refusals;
}

/** Nodes that have what the pod requests, beside what their pods have requested. */
export const nodeResourcesFit: FilterPlugin = {
  name: 'NodeResourcesFit',
  prepare(pod, nodes) {
    const { allocatableCpu, allocatableMemory, allocatableEphemeral, allocatablePods, cpu, memory, ephemeral, pods } = nodes;
    const extended = pod.extended === undefined ? undefined : [...pod.extended.keys()];
    const fits = (wanted: number, whole: number, taken: number) => wanted === 0 || wanted <= whole - taken;
    return {
      passes: (node) =>
        (pods[node] as number) < (allocatablePods[node] as number) &&
        fits(pod.cpu, allocatableCpu[node] as number, cpu[node] as number) &&
        fits(pod.memory, allocatableMemory[node] as number, memory[node] as number) &&
        fits(pod.ephemeralStorage, allocatableEphemeral[node] as number, ephemeral[node] as number) &&
        (extended === undefined || extended.every((resource) => extendedFits(pod, nodes, node, resource))),
      explain: (node) => shortages(pod, nodes, node),
    };
  },
};

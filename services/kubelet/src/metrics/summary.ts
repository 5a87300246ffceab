import { formatTime } from '@gantry/controller';
import type { ContainerUsage, NodeUsage, Total } from './usage.js';

/** What is known of the node itself. */
export interface SummaryNode {
  readonly nodeName: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly memoryBytes: number;
}

/** `/stats/summary` in the form of `v1alpha1.Summary`, as far as it is measured here. */
export function summary({ nodeName, startedAt, memoryBytes }: SummaryNode, usage: NodeUsage, now: number): object {
  const node = { nodeName, startTime: formatTime(startedAt), ...amounts(usage, now) };
  return {
    node: { ...node, memory: { ...node.memory, availableBytes: Math.max(0, memoryBytes - usage.memoryBytes) } },
    pods: [...usage.pods.values()].map((total) => podSummary(total, usage.containers.filter(({ pod }) => pod.uid === total.pod.uid), now)),
  };
}

function podSummary(total: Total & Pick<ContainerUsage, 'pod'>, containers: readonly ContainerUsage[], now: number): object {
  const { name, namespace, uid } = total.pod;
  const startTime = containers.length === 0 ? {} : { startTime: formatTime(Math.min(...containers.map(({ startedAt }) => startedAt))) };
  return { podRef: { name, namespace, uid }, ...startTime, containers: containers.map(containerSummary), ...amounts(total, now) };
}

function containerSummary(container: ContainerUsage): object {
  return { name: container.name, startTime: formatTime(container.startedAt), ...amounts(container, container.at) };
}

function amounts({ cpuSeconds, memoryBytes }: Total, at: number) {
  const time = formatTime(at);
  return { cpu: { time, usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) }, memory: { time, workingSetBytes: memoryBytes } };
}

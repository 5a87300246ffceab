import type { Family } from '@gantry/platform/metrics';
import type { ContainerUsage, NodeUsage } from './usage.js';

/** The machine as the node has it. */
export interface MachineSize {
  readonly cpus: number;
  readonly memoryBytes: number;
}

type Value = (container: ContainerUsage) => number;

const cpu: Value = ({ cpuSeconds }) => cpuSeconds;
const memory: Value = ({ memoryBytes }) => memoryBytes;
const started: Value = ({ startedAt }) => startedAt / 1_000;

/** `/metrics/cadvisor`: of each container, under cAdvisor's names. */
export function cadvisorFamilies({ containers }: NodeUsage, { cpus, memoryBytes }: MachineSize): Family[] {
  const each = (name: string, help: string, type: Family['type'], value: Value): Family => ({ name, help, type, samples: containers.map((one) => ({ labels: cadvisorLabels(one), value: value(one) })) });
  return [
    each('container_cpu_usage_seconds_total', 'Processor time used.', 'counter', cpu),
    each('container_memory_working_set_bytes', 'Memory that the kernel cannot take back at once.', 'gauge', memory),
    each('container_start_time_seconds', 'When it was started, in seconds since the epoch.', 'gauge', started),
    each('container_last_seen', 'When it was looked at, in seconds since the epoch.', 'gauge', ({ at }) => at / 1_000),
    { name: 'machine_cpu_cores', help: 'Processors that the node has.', type: 'gauge', samples: [{ labels: {}, value: cpus }] },
    { name: 'machine_memory_bytes', help: 'Memory that the node has.', type: 'gauge', samples: [{ labels: {}, value: memoryBytes }] },
  ];
}

function cadvisorLabels({ id, name, image, pod }: ContainerUsage): Record<string, string> {
  return { container: name, id: `/kubepods/pod${pod.uid}/${id}`, image, name: id, namespace: pod.namespace, pod: pod.name };
}

/** `/metrics/resource`: what autoscalers read. The node's own is what its pods use: it shares its machine with others. */
export function resourceFamilies({ containers, pods, cpuSeconds, memoryBytes }: NodeUsage): Family[] {
  const ofContainers = (name: string, help: string, type: Family['type'], value: Value): Family => ({
    name, help, type, samples: containers.map((one) => ({ labels: { container: one.name, namespace: one.pod.namespace, pod: one.pod.name }, value: value(one) })),
  });
  const ofPods = (name: string, help: string, type: Family['type'], value: 'cpuSeconds' | 'memoryBytes'): Family => ({
    name, help, type, samples: [...pods.values()].map((one) => ({ labels: { namespace: one.pod.namespace, pod: one.pod.name }, value: one[value] })),
  });
  const ofNode = (name: string, help: string, type: Family['type'], value: number): Family => ({ name, help, type, samples: [{ labels: {}, value }] });
  return [
    ofContainers('container_cpu_usage_seconds_total', 'Processor time used.', 'counter', cpu),
    ofContainers('container_memory_working_set_bytes', 'Memory that the kernel cannot take back at once.', 'gauge', memory),
    ofContainers('container_start_time_seconds', 'When it was started, in seconds since the epoch.', 'gauge', started),
    ofNode('node_cpu_usage_seconds_total', 'Processor time used by the pods of the node.', 'counter', cpuSeconds),
    ofNode('node_memory_working_set_bytes', 'Memory used by the pods of the node.', 'gauge', memoryBytes),
    ofPods('pod_cpu_usage_seconds_total', 'Processor time used by the containers of the pod.', 'counter', 'cpuSeconds'),
    ofPods('pod_memory_working_set_bytes', 'Memory used by the containers of the pod.', 'gauge', 'memoryBytes'),
    ofNode('resource_scrape_error', '1 when the runtime could not say, else 0.', 'gauge', 0),
  ];
}

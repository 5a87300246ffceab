import type { ContainerRuntime } from '@gantry/container-runtime';
import { familiesText, METRICS_TYPE } from '@gantry/platform/metrics';
import type { Family, Metrics } from '@gantry/platform/metrics';
import type { Pod } from '../pods/pod.js';
import type { ProbeCounts } from './probe-counts.js';
import { summary } from './summary.js';
import { UsageReader } from './usage.js';
import { cadvisorFamilies, resourceFamilies } from './usage-families.js';
import type { MachineSize } from './usage-families.js';

export interface NodePagesOptions {
  readonly nodeName: string;
  readonly runtime: ContainerRuntime;
  readonly pods: () => readonly Pod[];
  readonly machine: () => MachineSize;
  readonly probes: ProbeCounts;
  /** What the node's process counts. Absent (many nodes in one process): `/metrics` has what can be seen when it is read. */
  readonly metrics: Metrics | undefined;
  readonly now: () => number;
}

export interface Page {
  readonly contentType: string;
  readonly text: string;
}

/** Reads the page of a path; undefined: there is none. */
export type ReadPage = (path: string) => Promise<Page> | undefined;

/** What a kubelet shows to who watches it. Everything is looked at when somebody asks, and nothing before. */
export function nodePages(options: NodePagesOptions): ReadPage {
  const { runtime, pods, machine, probes, nodeName, now } = options;
  const startedAt = now();
  const usage = new UsageReader({ runtime, pods, now });
  const families = (list: readonly Family[]): Page => ({ contentType: METRICS_TYPE, text: familiesText(list) });
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/healthz': async () => ({ contentType: 'text/plain; charset=utf-8', text: 'ok' }),
    '/metrics': async () => ({ contentType: METRICS_TYPE, text: familiesText(await running(runtime, nodeName)) + ((await options.metrics?.text()) ?? '') }),
    '/metrics/cadvisor': async () => families(cadvisorFamilies(await usage.read(), machine())),
    '/metrics/resource': async () => families(resourceFamilies(await usage.read())),
    '/metrics/probes': async () => families(probes.families()),
    '/stats/summary': async () => ({ contentType: 'application/json', text: JSON.stringify(summary({ nodeName, startedAt, memoryBytes: machine().memoryBytes }, await usage.read(), now())) }),
  };
  return (path) => (Object.hasOwn(pages, path) ? pages[path]!() : undefined);
}

const STATES = ['created', 'exited', 'running', 'unknown'] as const;

async function running(runtime: ContainerRuntime, node: string): Promise<Family[]> {
  const [sandboxes, containers] = await Promise.all([runtime.listSandboxes(), runtime.listContainers()]);
  const ready = new Set(sandboxes.filter(({ state }) => state === 'ready').map(({ metadata }) => metadata.uid));
  const byState = STATES.map((container_state) => ({ labels: { container_state }, value: containers.filter(({ state }) => state === container_state).length }));
  return [
    { name: 'kubelet_node_name', help: 'The name of the node; always 1.', type: 'gauge', samples: [{ labels: { node }, value: 1 }] },
    { name: 'kubelet_running_pods', help: 'Pods whose sandbox runs.', type: 'gauge', samples: [{ labels: {}, value: ready.size }] },
    { name: 'kubelet_running_containers', help: 'Containers by state.', type: 'gauge', samples: byState },
  ];
}

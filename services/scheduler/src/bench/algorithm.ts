import type { coreV1 } from '@gantry/api-types';
import { filters } from '../filters.js';
import { podFacts } from '../pods/pod-facts.js';
import { scores } from '../scores.js';
import { NodeTable } from '../snapshot/node-table.js';
import { SchedulingCycle } from '../cycle/schedule.js';

export interface AlgorithmFigures {
  readonly nodes: number;
  readonly pods: number;
  /** Of them, those that found a node. */
  readonly placed: number;
  readonly podsPerSecond: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
}

/** A cluster with zones, some tainted nodes, two architectures and images: every plugin that a plain pod meets has work. */
function node(index: number): coreV1.Node {
  const taints = index % 50 === 0 ? [{ key: 'dedicated', value: 'x', effect: 'NoSchedule' }] : undefined;
  const labels = { 'kubernetes.io/hostname': `node-${index}`, 'topology.kubernetes.io/zone': `z${index % 10}`, arch: index % 7 === 0 ? 'arm64' : 'amd64' };
  const images = [{ names: [`registry/image-${index % 20}:1`], sizeBytes: 100_000_000 }];
  return { metadata: { name: `node-${index}`, labels }, spec: { taints }, status: { allocatable: { cpu: '64', memory: '256Gi', pods: '1100' }, images } };
}

function pod(index: number): coreV1.Pod {
  const container = { name: 'c', image: `registry/image-${index % 20}:1`, resources: { requests: { cpu: '100m', memory: '128Mi' } } };
  return { metadata: { namespace: 'default', name: `p${index}`, uid: `u${index}` }, spec: { containers: [container], nodeSelector: { arch: 'amd64' } } };
}

/** Places `pods` pods on `nodes` nodes by filters and scores alone, facts included, with no queue and no server. */
export function measureAlgorithm(nodes: number, pods: number): AlgorithmFigures {
  const table = new NodeTable();
  for (let index = 0; index < nodes; index += 1) table.setNode(node(index));
  const cycle = new SchedulingCycle({ filters, scores });
  const times = new Float64Array(pods);
  let placed = 0;
  const start = performance.now();
  for (let index = 0; index < pods; index += 1) {
    const begin = performance.now();
    const facts = podFacts(pod(index));
    const result = cycle.schedule(facts, table);
    if (result.type === 'fits') {
      table.addPod(facts, result.node);
      placed += 1;
    }
    times[index] = performance.now() - begin;
  }
  const seconds = (performance.now() - start) / 1000;
  times.sort();
  const at = (part: number) => Math.round((times[Math.min(pods - 1, Math.floor(pods * part))] ?? 0) * 1000);
  return { nodes, pods, placed, podsPerSecond: Math.round(pods / seconds), p50Microseconds: at(0.5), p99Microseconds: at(0.99) };
}

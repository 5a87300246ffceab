import { describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { filters } from '../filters.js';
import { podFacts } from '../pods/pod-facts.js';
import { scores } from '../scores.js';
import { NodeTable } from '../snapshot/node-table.js';
import { refusalMessage, refusingPlugins } from './refusal-message.js';
import { nodesToFind, SchedulingCycle } from './schedule.js';

interface NodeOptions {
  cpu?: string;
  memory?: string;
  pods?: string;
  labels?: Record<string, string>;
  taints?: coreV1.Taint[];
  unschedulable?: boolean;
  images?: coreV1.ContainerImage[];
  extra?: Record<string, string>;
}

function node(name: string, { cpu = '4', memory = '8Gi', pods = '110', labels, taints, unschedulable, images, extra }: NodeOptions = {}): coreV1.Node {
  return { metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec: { taints, unschedulable }, status: { allocatable: { cpu, memory, pods, ...extra }, images } };
}

let serial = 0;

function pod(spec: Partial<coreV1.PodSpec> = {}, requests: Record<string, string> = { cpu: '1', memory: '1Gi' }): coreV1.Pod {
  serial += 1;
  return { metadata: { namespace: 'n', name: `p${serial}`, uid: `u${serial}` }, spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }], ...spec } };
}

function scene(...nodes: coreV1.Node[]) {
  const table = new NodeTable();
  nodes.forEach((one) => table.setNode(one));
  const cycle = new SchedulingCycle({ filters, scores });
  const place = (subject: coreV1.Pod) => {
    const facts = podFacts(subject);
    const result = cycle.schedule(facts, table);
    if (result.type === 'fits') table.addPod(facts, result.node);
    return result.type === 'fits' ? result.node : refusalMessage(result.refusals, subject.spec?.preemptionPolicy);
  };
  return { table, cycle, place };
}

const withPort = (hostPort: number, hostIP?: string) => ({ containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort, hostIP }] }] });

describe('a pod goes', () => {
  it('to the node that has room', () => {
    const { place } = scene(node('small', { cpu: '500m' }), node('large'));
    expect(place(pod())).toBe('large');
  });

  it('to the node with the fewest requests', () => {
    const { place } = scene(node('a'), node('b'), node('c'));
    expect(new Set([place(pod()), place(pod()), place(pod())])).toEqual(new Set(['a', 'b', 'c']));
  });

  it('away from a node that it has filled, pod by pod, until none is left', () => {
    const { place } = scene(node('a', { cpu: '2' }), node('b', { cpu: '1' }));
    expect([place(pod()), place(pod()), place(pod())].sort()).toEqual(['a', 'a', 'b']);
    expect(place(pod())).toBe('0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.');
  });

  it('where its node selector and its affinity say', () => {
    const { place } = scene(node('a', { labels: { disk: 'ssd', zone: '1' } }), node('b', { labels: { disk: 'ssd', zone: '2' } }), node('c'));
    const terms = [{ matchExpressions: [{ key: 'zone', operator: 'Gt', values: ['1'] }] }];
    expect(place(pod({ nodeSelector: { disk: 'ssd' }, affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } }))).toBe('b');
    const field = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['c'] }] }];
    expect(place(pod({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: field } } } }))).toBe('c');
  });

  it('rather where it prefers to be', () => {
    const { place } = scene(node('a'), node('b', { labels: { disk: 'ssd' } }), node('c'));
    const preferred = [{ weight: 100, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } }];
    expect(place(pod({ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } }))).toBe('b');
  });

  it('rather to a node without taints that would only prefer it away', () => {
    const { place } = scene(node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }), node('b', { cpu: '3' }));
    expect(place(pod())).toBe('b');
  });

  it('rather where its large image is', () => {
    const images = [{ names: ['registry/big:1'], sizeBytes: 3_000_000_000 }];
    const { place } = scene(node('a'), node('b', { images }), node('c'));
    expect(place(pod({ containers: [{ name: 'c', image: 'registry/big:1', resources: { requests: { cpu: '1' } } }] }))).toBe('b');
  });

  it('through a taint that it tolerates', () => {
    const { place } = scene(node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }));
    expect(place(pod({ tolerations: [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }] }))).toBe('a');
    expect(place(pod({ tolerations: [{ operator: 'Exists' }] }))).toBe('a');
  });

  it('with what its init containers need at their time, and what its sidecars need besides', () => {
    const { place } = scene(node('a', { cpu: '4' }));
    const container = (cpu: string, restartPolicy?: string) => ({ name: 'x', image: 'i', restartPolicy, resources: { requests: { cpu } } });
    const spec = { containers: [container('1')], initContainers: [container('1', 'Always'), container('3')], overhead: { cpu: '1m' } };
    expect(place(pod(spec))).toContain('1 Insufficient cpu');
    expect(place(pod({ ...spec, overhead: undefined }))).toBe('a');
  });

  it('to a node that has the special resource left', () => {
    const { place } = scene(node('a'), node('b', { extra: { 'example.com/gpu': '1' } }));
    const gpu = () => pod({}, { 'example.com/gpu': '1' });
    expect(place(gpu())).toBe('b');
    expect(place(gpu())).toBe('0/2 nodes are available: 2 Insufficient example.com/gpu. no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.');
  });
});

it.each<[string, NodeOptions[], Partial<coreV1.PodSpec>, string]>([
  ['a cordoned node', [{ unschedulable: true }], {}, '1 node(s) were unschedulable'],
  ['a taint', [{ taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] }], {}, '1 node(s) had untolerated taint {k: v}'],
  ['a taint without value', [{ taints: [{ key: 'k', effect: 'NoSchedule' }] }], {}, '1 node(s) had untolerated taint {k: }'],
  ['a selector', [{}], { nodeSelector: { a: 'b' } }, "1 node(s) didn't match Pod's node affinity/selector"],
  ['a term that is empty', [{}], { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] } } } }, "1 node(s) didn't match Pod's node affinity/selector"],
  ['a name', [{}], { nodeName: 'other' }, "1 node(s) didn't match the requested node name"],
  ['pods enough', [{ pods: '0' }], {}, '1 Too many pods'],
  ['several shortages on one node', [{ cpu: '0', memory: '0' }], {}, '1 Insufficient cpu, 1 Insufficient memory'],
  ['different reasons on different nodes, sorted', [{ unschedulable: true }, { cpu: '0' }, { cpu: '0' }], {}, '1 node(s) were unschedulable, 2 Insufficient cpu'],
])('says why no node takes the pod: %s', (_name, nodes, spec, reasons) => {
  const { place } = scene(...nodes.map((options, index) => node(`node${index}`, options)));
  expect(place(pod(spec)).split('. no new')[0]).toBe(`0/${nodes.length} nodes are available: ${reasons}`);
});

it('says so when there are no nodes, and when the pod may not preempt', () => {
  expect(scene().place(pod())).toBe('no nodes available to schedule pods');
  expect(scene(node('a', { cpu: '0' })).place(pod({ preemptionPolicy: 'Never' }))).toMatch(/preemption: not eligible due to preemptionPolicy=Never\.$/);
});

describe('host ports', () => {
  it('are given once a node, address and protocol', () => {
    const { place } = scene(node('a'), node('b'));
    expect([place(pod(withPort(80))), place(pod(withPort(80)))].sort()).toEqual(['a', 'b']);
    expect(place(pod(withPort(80)))).toContain("2 node(s) didn't have free ports for the requested pod ports");
    expect(place(pod(withPort(81)))).toMatch(/^[ab]$/);
  });

  it('on one address leave the others free, but not all', () => {
    const { place } = scene(node('a'));
    expect(place(pod(withPort(80, '10.0.0.1')))).toBe('a');
    expect(place(pod(withPort(80, '10.0.0.2')))).toBe('a');
    expect(place(pod(withPort(80)))).toContain('free ports');
    expect(place(pod(withPort(80, '10.0.0.1')))).toContain('free ports');
  });
});

describe('the table', () => {
  it('gives back what a pod took, to the last port', () => {
    const { table, place } = scene(node('a', { cpu: '1' }));
    const subject = pod(withPort(80), {});
    place(subject);
    table.removePod(podFacts(subject), 'a');
    expect([table.cpu[0], table.memory[0], table.pods[0], table.nonZeroCpu[0], table.rows[0]?.ports.size]).toEqual([0, 0, 0, 0, 0]);
  });

  it('keeps every row with its node when nodes go and come', () => {
    const { table, place } = scene(...Array.from({ length: 100 }, (_, index) => node(`node${index}`, { cpu: index === 99 ? '4' : '500m' })));
    expect(place(pod())).toBe('node99');
    table.removeNode('node3');
    expect(table.count).toBe(99);
    expect(table.cpu[table.indexOf('node99')]).toBe(1000);
    expect(table.names[table.indexOf('node99')]).toBe('node99');
    table.setNode(node('node3', { cpu: '64' }));
    expect(table.cpu[table.indexOf('node3')]).toBe(0);
    expect(place(pod({}, { cpu: '32' }))).toBe('node3');
  });
});

it('names the plugins that refused', () => {
  const { cycle, table } = scene(node('a', { cpu: '0' }), node('b', { unschedulable: true }));
  const result = cycle.schedule(podFacts(pod()), table);
  expect(result.type === 'refused' && refusingPlugins(result.refusals)).toEqual(new Set(['NodeResourcesFit', 'NodeUnschedulable']));
});

it('looks at enough nodes of a large cluster, not at all', () => {
  expect([1, 99, 100, 1000, 5000, 20_000].map(nodesToFind)).toEqual([1, 99, 100, 420, 500, 1000]);
});

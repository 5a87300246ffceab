import type { ContainerStats, ContainerStatus } from '@gantry/container-runtime';
import { familiesText } from '@gantry/platform/metrics';
import { beforeEach, describe, expect, test } from 'vitest';
import { testPod } from '../kubelet-harness.suite.js';
import { summary } from './summary.js';
import { UsageReader } from './usage.js';
import { cadvisorFamilies, resourceFamilies } from './usage-families.js';

let stats: ContainerStats[];
let reader: UsageReader;
let now: number;
beforeEach(() => {
  stats = [];
  now = 0;
  const runtime = { stats: async () => stats, listContainers: async () => stats.map(({ containerId: id }) => ({ id, image: 'web:1', startedAt: 5_000 }) as ContainerStatus) };
  reader = new UsageReader({ runtime, pods: () => [testPod('web'), testPod('idle')], now: () => now });
});

function uses(containerId: string, cpuSeconds: number, memoryWorkingSetBytes: number, podUid = 'uid-web'): void {
  stats.push({ containerId, name: 'main', podUid, at: 10_000, cpuNanoseconds: cpuSeconds * 1e9, memoryWorkingSetBytes });
}

const usesOf = async () => {
  now += 1_000;
  const { cpuSeconds, memoryBytes, pods } = await reader.read();
  return { node: [cpuSeconds, memoryBytes], web: [pods.get('uid-web')?.cpuSeconds, pods.get('uid-web')?.memoryBytes], idle: pods.get('uid-idle')?.cpuSeconds };
};

describe('what pods use', () => {
  test('is the sum of their containers, and the processor time of those that ended stays in it', async () => {
    uses('c1', 10, 100);
    expect(await usesOf()).toEqual({ node: [10, 100], web: [10, 100], idle: 0 });
    stats = [];
    uses('c2', 3, 50);
    uses('c3', 1, 7);
    expect(await usesOf()).toEqual({ node: [14, 57], web: [14, 57], idle: 0 });
    expect(await usesOf()).toEqual({ node: [14, 57], web: [14, 57], idle: 0 });
  });

  test('is looked at once for all who ask within a second', async () => {
    expect(await usesOf()).toMatchObject({ node: [0, 0] });
    uses('c1', 10, 100);
    now += 999;
    expect((await reader.read()).cpuSeconds).toBe(0);
    expect(await usesOf()).toMatchObject({ node: [10, 100] });
  });

  test('leaves out containers of pods that nobody knows', async () => {
    uses('c1', 10, 100, 'uid-other');
    expect(await usesOf()).toEqual({ node: [0, 0], web: [0, 0], idle: 0 });
  });
});

describe('what is shown of it', () => {
  beforeEach(() => uses('c1', 1.5, 2048));

  test('under the names of cAdvisor', async () => {
    const text = familiesText(cadvisorFamilies(await reader.read(), { cpus: 2, memoryBytes: 4096 }));
    const labels = '{container="main",id="/kubepods/poduid-web/c1",image="web:1",name="c1",namespace="default",pod="web"}';
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      `container_cpu_usage_seconds_total${labels} 1.5`,
      `container_memory_working_set_bytes${labels} 2048`,
      `container_start_time_seconds${labels} 5`,
      `container_last_seen${labels} 10`,
      'machine_cpu_cores 2',
      'machine_memory_bytes 4096',
      '',
    ]);
  });

  test('under the names that autoscalers read', async () => {
    const text = familiesText(resourceFamilies(await reader.read()));
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'container_cpu_usage_seconds_total{container="main",namespace="default",pod="web"} 1.5',
      'container_memory_working_set_bytes{container="main",namespace="default",pod="web"} 2048',
      'container_start_time_seconds{container="main",namespace="default",pod="web"} 5',
      'node_cpu_usage_seconds_total 1.5',
      'node_memory_working_set_bytes 2048',
      'pod_cpu_usage_seconds_total{namespace="default",pod="web"} 1.5',
      'pod_cpu_usage_seconds_total{namespace="default",pod="idle"} 0',
      'pod_memory_working_set_bytes{namespace="default",pod="web"} 2048',
      'pod_memory_working_set_bytes{namespace="default",pod="idle"} 0',
      'resource_scrape_error 0',
      '',
    ]);
  });

  test('as the summary', async () => {
    const cpu = { time: '1970-01-01T00:00:10Z', usageCoreNanoSeconds: 1.5e9 };
    const memory = { time: '1970-01-01T00:00:10Z', workingSetBytes: 2048 };
    const startTime = '1970-01-01T00:00:05Z';
    expect(summary({ nodeName: 'n1', startedAt: 0, memoryBytes: 4096 }, await reader.read(), 10_000)).toEqual({
      node: { nodeName: 'n1', startTime: '1970-01-01T00:00:00Z', cpu, memory: { ...memory, availableBytes: 2048 } },
      pods: [
        { podRef: { name: 'web', namespace: 'default', uid: 'uid-web' }, startTime, cpu, memory, containers: [{ name: 'main', startTime, cpu, memory }] },
        { podRef: { name: 'idle', namespace: 'default', uid: 'uid-idle' }, cpu: { ...cpu, usageCoreNanoSeconds: 0 }, memory: { ...memory, workingSetBytes: 0 }, containers: [] },
      ],
    });
  });
});

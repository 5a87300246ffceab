import { encodeToken } from '@gantry/bus';
import { createMetrics } from '@gantry/platform/metrics';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testPod, TestNode } from '../kubelet-harness.suite.js';

let node: TestNode;
beforeEach(() => void (node = new TestNode()));
afterEach(() => node.close());

async function read(path: string): Promise<{ status: string | undefined; type: string | undefined; text: string }> {
  const stream = await node.bus.openStream(`node.${encodeToken('n1')}.stream`, { headers: { method: 'GET', path, query: '' }, timeoutMs: 5_000 });
  await stream.end();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  return { status: stream.headers['status'], type: stream.headers['content-type'], text: Buffer.concat(chunks).toString() };
}

async function lines(path: string): Promise<string[]> {
  const { status, type, text } = await read(path);
  expect([status, type]).toEqual(['200', 'text/plain; version=0.0.4; charset=utf-8']);
  return text.split('\n');
}

describe('what a kubelet shows of its work', () => {
  test('has the pods that run, how long that took, and what the runtime was asked', async () => {
    node.client.seed(testPod('web'));
    await node.start({ metrics: createMetrics() });
    await node.untilRunning('web');
    expect(await lines('/metrics')).toEqual(
      expect.arrayContaining([
        'kubelet_node_name{node="n1"} 1',
        'kubelet_running_pods 1',
        'kubelet_running_containers{container_state="running"} 1',
        'kubelet_running_containers{container_state="exited"} 0',
        'kubelet_pod_start_duration_seconds_count 1',
        'kubelet_pod_worker_duration_seconds_count{operation_type="create"} 1',
        'kubelet_runtime_operations_total{operation_type="run_podsandbox"} 1',
        'kubelet_runtime_operations_duration_seconds_count{operation_type="start_container"} 1',
        'kubelet_runtime_operations_errors_total{operation_type="run_podsandbox"} 0',
      ]),
    );
  });

  test('counts what the runtime fails at', async () => {
    const runSandbox = () => Promise.reject(new Error('no room'));
    node.client.seed(testPod('web'));
    await node.start({ metrics: createMetrics(), runtime: { ...node.runtime, runSandbox } });
    await node.until(() => node.events('web').some((event) => event.startsWith('FailedCreatePodSandBox')), 'the failure is told');
    expect((await lines('/metrics')).find((line) => line.startsWith('kubelet_runtime_operations_errors_total{operation_type="run_podsandbox"}'))).toMatch(/ [1-9]/);
  });

  test('a pod that runs already was not started by this kubelet', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    await node.kill();
    await node.start({ metrics: createMetrics() });
    await node.until(() => node.client.requests.length > 0, 'the kubelet works');
    expect(await lines('/metrics')).toContain('kubelet_pod_start_duration_seconds_count 0');
  });

  test('without measures of its own has what can be seen', async () => {
    await node.start();
    expect((await lines('/metrics')).filter((line) => line.startsWith('kubelet_running_pods'))).toEqual(['kubelet_running_pods 0']);
  });
});

describe('what a kubelet shows beside', () => {
  test('probes, until their pod is gone', async () => {
    const probed = testPod('web', { containers: [{ name: 'main', image: 'i', readinessProbe: { exec: { command: ['x'] }, periodSeconds: 1 } }] });
    node.client.seed(probed);
    await node.start();
    await node.until(() => node.status('web')?.ready === true, 'web is ready', 100);
    const counted = (await lines('/metrics/probes')).filter((line) => line.startsWith('prober_probe_total'));
    expect(counted[0]).toMatch(/^prober_probe_total\{container="main",namespace="default",pod="web",pod_uid="uid-web",probe_type="Readiness",result="successful"\} [1-9]/);
  });

  test('its health, its summary, and nothing under other paths', async () => {
    await node.start();
    expect(await read('/healthz')).toMatchObject({ status: '200', text: 'ok' });
    expect(JSON.parse((await read('/stats/summary')).text)).toMatchObject({ node: { nodeName: 'n1', memory: { availableBytes: 8 * 2 ** 30 } }, pods: [] });
    expect(await lines('/metrics/cadvisor')).toContain('machine_memory_bytes 8589934592');
    for (const path of ['/metrics/', '/metrics/../healthz', '/constructor', '/']) expect((await read(path)).status).toBe('404');
  });
});

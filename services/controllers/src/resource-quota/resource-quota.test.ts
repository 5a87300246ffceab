import { afterEach, describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';
import { CONFIGMAPS, PODS, RESOURCEQUOTAS } from '@gantry/client';
import type { TestCluster } from '../testing/cluster.suite.js';
import { createTestCluster } from '../testing/cluster.suite.js';
import { resourceQuotaController } from './controller.js';

const open: TestCluster[] = [];

afterEach(async () => {
  for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
});

const quota = (hard: Record<string, string>, spec: coreV1.ResourceQuotaSpec = {}): coreV1.ResourceQuota => ({ metadata: { name: 'q', namespace: 'prod' }, spec: { hard, ...spec } });
const pod = (name: string, cpu: string, status: coreV1.PodStatus = {}): coreV1.Pod => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'prod' }, spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] }, status,
});

async function scene(objects: readonly KubeObject[] = []) {
  const cluster = createTestCluster(objects);
  open.push(cluster);
  await cluster.start({ controllers: [resourceQuotaController] });
  return { ...cluster, quotas: cluster.client.resource(RESOURCEQUOTAS, 'prod'), status: () => cluster.client.objects(RESOURCEQUOTAS)[0]?.status };
}

describe('a quota', () => {
  it('is counted when it comes, by what is there then', async () => {
    const { clock, quotas, status } = await scene([pod('a', '500m'), pod('b', '1'), pod('done', '5', { phase: 'Succeeded' }), { ...pod('other', '1'), metadata: { name: 'other', namespace: 'else' } }]);
    await quotas.create(quota({ pods: '5', 'requests.cpu': '4', 'count/pods': '9', secrets: '3', 'count/unicorns.example.com': '2' }));
    await clock.advanceAndSettle(1000);
    expect(status()).toEqual({
      hard: { pods: '5', 'requests.cpu': '4', 'count/pods': '9', secrets: '3', 'count/unicorns.example.com': '2' },
      used: { 'count/pods': '3', pods: '2', 'requests.cpu': '1500m', secrets: '0' },
    });
  });

  it('gets back what is deleted or has ended, and takes a new limit at once', async () => {
    const { clock, client, quotas, status } = await scene([pod('a', '500m'), pod('b', '1'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'prod' } }]);
    await quotas.create(quota({ pods: '5', configmaps: '2' }));
    await clock.advanceAndSettle(1000);
    expect(status()?.used).toEqual({ configmaps: '1', pods: '2' });
    await client.resource(PODS, 'prod').delete('a');
    await client.resource(CONFIGMAPS, 'prod').delete('c');
    await clock.advanceAndSettle(1000);
    expect(status()?.used).toEqual({ configmaps: '0', pods: '1' });
    await client.resource(PODS, 'prod').patch('b', 'application/merge-patch+json', { status: { phase: 'Failed' } }, { subresource: 'status' });
    await clock.advanceAndSettle(1000);
    expect(status()?.used?.['pods']).toBe('0');
    await quotas.patch('q', 'application/merge-patch+json', { spec: { hard: { pods: '7' } } });
    await clock.advanceAndSettle(1000);
    expect(status()?.hard).toEqual({ pods: '7', configmaps: '2' });
  });

  it('counts what is in its scopes alone', async () => {
    const { clock, quotas, status } = await scene([pod('a', '500m'), { ...pod('free', '1'), spec: { containers: [{ name: 'c' }] } } as coreV1.Pod]);
    await quotas.create(quota({ pods: '5' }, { scopes: ['BestEffort'] }));
    await clock.advanceAndSettle(1000);
    expect(status()?.used).toEqual({ pods: '1' });
  });

  it('that somebody else changes meanwhile is counted again', async () => {
    const { clock, client, quotas, status } = await scene([pod('a', '1')]);
    let isFirst = true;
    client.react(async ({ method, path }) => {
      if (method !== 'PUT' || !path.endsWith('/status') || !isFirst) return;
      isFirst = false;
      await quotas.patch('q', 'application/merge-patch+json', { metadata: { labels: { a: 'b' } } });
    });
    await quotas.create(quota({ pods: '5' }));
    await clock.advanceAndSettle(5000);
    expect(status()?.used).toEqual({ pods: '1' });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '@gantry/client';
import { CONFIGMAPS, STORAGEVERSIONMIGRATIONS } from '@gantry/client';
import type { TestCluster } from '../testing/cluster.suite.js';
import { createTestCluster } from '../testing/cluster.suite.js';
import { storageVersionMigrator } from './controller.js';

const open: TestCluster[] = [];

afterEach(async () => {
  for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
});

async function scene(objects: readonly KubeObject[], resource: string) {
  const cluster = createTestCluster(objects);
  open.push(cluster);
  await cluster.start({ controllers: [storageVersionMigrator] });
  await cluster.client.resource(STORAGEVERSIONMIGRATIONS).create({ metadata: { name: 'm' }, spec: { resource: { group: '', resource } } });
  const conditions = () => (cluster.client.objects(STORAGEVERSIONMIGRATIONS)[0]?.status?.conditions ?? []).map(({ type, status, reason }) => [type, status, reason]);
  return { ...cluster, conditions };
}

const configMap = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'prod' } });

describe('a migration', () => {
  it('writes every object once, as it is, and says when it is done', async () => {
    const { clock, client, conditions } = await scene([configMap('a'), configMap('b')], 'configmaps');
    await clock.advanceAndSettle(1000);
    expect(conditions()).toEqual([['Succeeded', 'True', 'StorageVersionMigrationSucceeded']]);
    const written = client.requests.filter(({ method, resource }) => method === 'PATCH' && resource === '/configmaps');
    expect(written).toHaveLength(2);
    expect(client.objects(CONFIGMAPS).map(({ metadata }) => metadata?.name)).toEqual(['a', 'b']);
    await clock.advanceAndSettle(60_000);
    expect(client.requests.filter(({ method, resource }) => method === 'PATCH' && resource === '/configmaps')).toHaveLength(2);
  });

  it('of what is not served fails, after it waited for that', async () => {
    const { clock, conditions } = await scene([], 'unicorns');
    await clock.advanceAndSettle(30_000);
    expect(conditions()).toEqual([]);
    await clock.advanceAndSettle(40_000);
    expect(conditions()).toEqual([['Failed', 'True', 'StorageVersionMigrationFailed']]);
  });
});

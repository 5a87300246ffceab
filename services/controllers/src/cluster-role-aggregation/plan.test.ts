import { afterEach, describe, expect, it } from 'vitest';
import type { rbacV1 } from '@gantry/api-types';
import { CLUSTERROLES } from '@gantry/client';
import type { TestCluster } from '../testing/cluster.suite.js';
import { createTestCluster } from '../testing/cluster.suite.js';
import { clusterRoleAggregationController } from './controller.js';
import { aggregatedRules } from './plan.js';

const rule = (resource: string): rbacV1.PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });
const part = (name: string, labels: Record<string, string>, ...resources: string[]): rbacV1.ClusterRole => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, labels }, rules: resources.map(rule) });
const whole = (name: string, label: string, labels: Record<string, string> = {}): rbacV1.ClusterRole => ({ ...part(name, labels), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] } });

describe('the rules of an aggregated role', () => {
  it('are those of its parts in the order of their names, each once', () => {
    const parts = [part('b', { v: 'true' }, 'pods', 'services'), part('a', { v: 'true' }, 'pods'), part('c', {}, 'secrets')];
    expect(aggregatedRules(whole('view', 'v'), parts)).toEqual([rule('pods'), rule('services')]);
  });

  it('stay where nothing changes them, and go with their parts', () => {
    const view = { ...whole('view', 'v'), rules: [rule('pods')] };
    expect(aggregatedRules(view, [part('a', { v: 'true' }, 'pods')])).toBeUndefined();
    expect(aggregatedRules(view, [])).toEqual([]);
  });

  it('are never its own', () => {
    expect(aggregatedRules(whole('view', 'v', { v: 'true' }), [{ ...whole('view', 'v', { v: 'true' }), rules: [rule('pods')] }])).toBeUndefined();
  });
});

describe('the aggregation of cluster roles', () => {
  let cluster: TestCluster;
  afterEach(async () => expect(await cluster.close()).toBe(0));

  it('follows the parts, through a role that is a part itself', async () => {
    cluster = createTestCluster([whole('edit', 'e'), whole('view', 'v', { e: 'true' }), part('a', { v: 'true' }, 'pods')]);
    const { client, clock, start } = cluster;
    const rulesOf = (name: string): unknown => client.objects(CLUSTERROLES).find(({ metadata }) => metadata?.name === name)?.rules;
    await start({ controllers: [clusterRoleAggregationController] });
    await clock.advanceAndSettle(1000);
    expect([rulesOf('view'), rulesOf('edit')]).toEqual([[rule('pods')], [rule('pods')]]);
    await client.resource(CLUSTERROLES).create(part('b', { e: 'true' }, 'secrets'));
    await clock.advanceAndSettle(1000);
    expect([rulesOf('view'), rulesOf('edit')]).toEqual([[rule('pods')], [rule('secrets'), rule('pods')]]);
    await client.resource(CLUSTERROLES).delete('a');
    await clock.advanceAndSettle(1000);
    expect([rulesOf('view'), rulesOf('edit')]).toEqual([[], [rule('secrets')]]);
  });
});

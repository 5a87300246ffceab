import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { appsV1 } from '@gantry/api-types';
import { fenceposts } from './fenceposts.js';
import type { DeploymentPlan } from './plan.js';
import { computePlan } from './plan.js';

interface State {
  deployment: appsV1.Deployment;
  replicaSets: appsV1.ReplicaSet[];
}

function applyPlan(state: State, plan: DeploymentPlan, step: number): void {
  const { create, updates, deletes, status, revision } = plan;
  for (const { replicaSet } of updates) state.replicaSets = state.replicaSets.map((one) => (one.metadata?.name === replicaSet.metadata?.name ? replicaSet : one));
  state.replicaSets = state.replicaSets.filter((one) => !deletes.some(({ metadata }) => metadata?.name === one.metadata?.name));
  if (create !== undefined) {
    const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + step * 1000).toISOString();
    state.replicaSets.push({ ...create, metadata: { ...create.metadata, uid: create.metadata?.name, generation: 1, creationTimestamp }, status: { replicas: 0, observedGeneration: 1 } });
  }
  if (status !== undefined) state.deployment = { ...state.deployment, status };
  if (revision !== undefined) state.deployment = { ...state.deployment, metadata: { ...state.deployment.metadata, annotations: { 'deployment.kubernetes.io/revision': revision } } };
}

/** One replica set's pods come and go: at most `count` become available; excess goes at once, available ones last. */
function movePods(replicaSet: appsV1.ReplicaSet, count: number): appsV1.ReplicaSet {
  const replicas = replicaSet.spec?.replicas ?? 0;
  const available = Math.min(replicas, (replicaSet.status?.availableReplicas ?? 0) + count);
  return { ...replicaSet, status: { replicas, readyReplicas: available, availableReplicas: available, observedGeneration: 1 } };
}

function image(state: State, tag: number): void {
  const spec = state.deployment.spec as appsV1.DeploymentSpec;
  const template = { ...spec.template, spec: { containers: [{ name: 'c', image: `nginx:${tag}` }] } };
  state.deployment = { ...state.deployment, metadata: { ...state.deployment.metadata, generation: (state.deployment.metadata?.generation ?? 1) + 1 }, spec: { ...spec, template } };
}

const bound = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`));

it('rolls from template to template within its bounds, whatever the pods do, and ends with the last one alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), bound, bound, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), (replicas, maxSurge, maxUnavailable, chance) => {
      const next = () => chance.next().value as number;
      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
      const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:0' }] } };
      const state: State = {
        deployment: { metadata: { name: 'web', namespace: 'n', uid: 'd', generation: 1 }, spec: { replicas, selector: { matchLabels: { app: 'web' } }, template, strategy, revisionHistoryLimit: 1 } },
        replicaSets: [],
      };
      const { maxSurge: surge, maxUnavailable: missing } = fenceposts(state.deployment);
      let wasAvailable = false;
      for (let step = 0; step < 400; step += 1) {
        if (step < 200 && next() === 0) image(state, next());
        const settled = step >= 200;
        state.replicaSets = state.replicaSets.map((one) => movePods(one, settled ? 9 : next() % 3));
        applyPlan(state, computePlan(state.deployment, { replicaSets: state.replicaSets, pods: [], now: step * 1000 }), step);
        const asked = state.replicaSets.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);
        const available = state.replicaSets.reduce((sum, { spec, status }) => sum + Math.min(spec?.replicas ?? 0, status?.availableReplicas ?? 0), 0);
        expect(asked).toBeLessThanOrEqual(replicas + surge);
        if (wasAvailable) expect(available).toBeGreaterThanOrEqual(replicas - missing);
        wasAvailable ||= available >= replicas - missing && step > 0;
      }
      const wanted = JSON.stringify(state.deployment.spec?.template.spec);
      const withPods = state.replicaSets.filter(({ spec }) => (spec?.replicas ?? 0) > 0);
      expect(withPods.map(({ spec }) => [spec?.replicas, JSON.stringify(spec?.template?.spec)])).toEqual([[replicas, wanted]]);
      expect(state.replicaSets.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 60 },
  );
});

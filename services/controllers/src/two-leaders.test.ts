import { afterEach, describe, expect, it } from 'vitest';
import { DEPLOYMENTS } from '@gantry/client';
import { deploymentController } from './deployment/controller.js';
import { garbageCollector } from './garbage-collector/controller.js';
import { replicaSetController } from './replicaset/controller.js';
import { createTestCluster, webDeployment, type TestCluster } from './testing/cluster.suite.js';
import { simulateKubelet } from './testing/simulated-kubelet.suite.js';

/** Those that make pods and take them away. Without a node, others would take every pod for lost. */
const WORKLOADS = [garbageCollector, deploymentController, replicaSetController];
/** Minutes that two controllers work at once, each as if it were alone. */
const MINUTES = 4;
const MINUTE_MS = 60_000;

const open: TestCluster[] = [];
afterEach(async () => {
  for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
});

/** A small generator of numbers below `limit` that gives the same ones for the same seed. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe('two controllers that both think that they lead', () => {
  it.each([1, 2, 3, 4])('do no harm: once all is calm there are as many pods as asked for, all of the newest template, and nobody changes anything any more, seed %d', async (seed) => {
    const random = randomFrom(seed);
    const cluster = createTestCluster();
    open.push(cluster);
    const { client, clock } = cluster;
    simulateKubelet(client, clock, { delay: () => 20 + random(3_000) });
    await cluster.start({ controllers: WORKLOADS });
    await cluster.start({ controllers: WORKLOADS });
    const deployments = client.resource(DEPLOYMENTS, 'prod');
    await deployments.create(webDeployment(3, 'nginx:0'));
    let wanted = { replicas: 3, image: 'nginx:0' };
    for (let minute = 1; minute <= MINUTES; minute += 1) {
      wanted = { replicas: 1 + random(8), image: `nginx:${random(3)}` };
      await deployments.patch('web', 'application/json-patch+json', [
        { op: 'replace', path: '/spec/replicas', value: wanted.replicas },
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: wanted.image },
      ]);
      await clock.advanceAndSettle(random(MINUTE_MS));
    }
    await clock.advanceAndSettle(10 * MINUTE_MS);
    const alive = (): (string | undefined)[] => cluster.pods().map(({ metadata }) => metadata?.uid).sort();
    expect(cluster.pods().map(({ spec }) => spec?.containers[0]?.image)).toEqual(Array.from({ length: wanted.replicas }, () => wanted.image));
    expect(cluster.replicaSets().filter(({ spec }) => (spec?.replicas ?? 0) > 0)).toHaveLength(1);
    const [before, writes] = [alive(), client.requests.filter(({ method }) => method !== 'GET').length];
    await clock.advanceAndSettle(5 * MINUTE_MS);
    expect(alive()).toEqual(before);
    expect(client.requests.filter(({ method }) => method !== 'GET')).toHaveLength(writes);
  });
});

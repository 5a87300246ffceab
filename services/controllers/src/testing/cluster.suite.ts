import type { appsV1, coreV1 } from '@gantry/api-types';
import { newServiceUnavailable } from '@gantry/apimachinery';
import { delay, FakeClock, silentLogger } from '@gantry/async';
import type { ApiTransport, FakeClient, KubeObject } from '@gantry/client';
import { createClient, createFakeClient, DEPLOYMENTS, PODS, REPLICASETS } from '@gantry/client';
import type { Controllers, ControllersOptions } from '../start-controllers.js';
import { startControllers } from '../start-controllers.js';

/** Controllers that can be killed: from then on no request of theirs reaches the server, nor does an answer reach them. */
export interface KillableControllers extends Controllers {
  kill(): Promise<void>;
}

/** A fake API server with a clock that stands still, and controllers on it. */
export interface TestCluster {
  readonly clock: FakeClock;
  readonly client: FakeClient;
  start(options?: Partial<ControllersOptions>): Promise<KillableControllers>;
  deployment(name?: string): appsV1.Deployment | undefined;
  replicaSets(): appsV1.ReplicaSet[];
  pods(): coreV1.Pod[];
  /** Ends everything; returns how many timers are left. */
  close(): Promise<number>;
}

/** Milliseconds that a request is on its way: where nothing takes time, two that disagree would do so for ever in one instant. */
const LATENCY = 1;

function severable(api: ApiTransport, clock: FakeClock): { transport: ApiTransport; sever(): void } {
  let severed = false;
  const refuse = () => {
    if (severed) throw newServiceUnavailable('killed');
  };
  const transport: ApiTransport = {
    async send(request) {
      refuse();
      await delay(clock, LATENCY);
      refuse();
      const answer = await api.send(request);
      refuse();
      return answer;
    },
    async stream(request) {
      refuse();
      await delay(clock, LATENCY);
      refuse();
      return api.stream(request);
    },
    close: () => Promise.resolve(),
  };
  return { transport, sever: () => void (severed = true) };
}

export function createTestCluster(objects: readonly KubeObject[] = []): TestCluster {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const client = createFakeClient(objects, { now: () => clock.now() });
  // A watch from 0 means something else; no cluster that serves is at it.
  client.api.store.skipRevisions(1);
  const running = new Set<KillableControllers>();
  return {
    clock,
    client,
    async start(options = {}) {
      const { transport, sever } = severable(client.api, clock);
      const controllers = startControllers({ client: createClient(transport, { clock }), logger: silentLogger, clock, ...options });
      const killable: KillableControllers = Object.assign(Object.create(controllers) as Controllers, {
        async kill() {
          sever();
          running.delete(killable);
          const stopped = controllers.stop();
          await clock.advanceAndSettle(LATENCY);
          await stopped;
        },
      });
      running.add(killable);
      await clock.advanceAndSettle(20 * LATENCY);
      return killable;
    },
    deployment: (name = 'web') => client.objects(DEPLOYMENTS).find(({ metadata }) => metadata?.name === name),
    replicaSets: () => client.objects(REPLICASETS),
    pods: () => client.objects(PODS),
    async close() {
      await Promise.all([...running].map((controllers) => controllers.kill()));
      return clock.pendingTimers;
    },
  };
}

export function webDeployment(replicas: number, image: string, spec: Partial<appsV1.DeploymentSpec> = {}): appsV1.Deployment {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'prod' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template, progressDeadlineSeconds: 600, revisionHistoryLimit: 10, ...spec },
  };
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeProject, composeReason, type ComposeProject } from './kit/compose.js';
import { alertRules, dashboards, filledIn } from './kit/dashboards.js';
import { engineReason } from './kit/engine.js';
import { findKubectl, kubectlOf } from './kit/kubectl.js';
import { LIVELY_OBJECTS } from './kit/lively-objects.js';
import { PROMETHEUS_IMAGE, prometheusAt, type Prometheus } from './kit/prometheus.js';

/** Every query of every dashboard and alert, sent to the Prometheus of the Compose form as it is configured. */
const SERVICES = ['postgres', 'nats', 'store', 'api', 'balancer', 'controllers', 'scheduler', 'node', 'prometheus'];
const REPLICATED = { apiserver: 2, store: 2, 'kube-controller-manager': 2, 'kube-scheduler': 2, kubelet: 2, cadvisor: 2, probes: 2 } as const;
/** What alerts read that a cluster has only when something is wrong with it. */
const ONLY_IN_TROUBLE = ['{code=~"5..",__name__="apiserver_request_total"}', '{condition="Ready",status!="true",__name__="kube_node_status_condition"}'];
const PATIENCE = { timeout: 120_000, interval: 1_000 };
const program = findKubectl('1.33');
const reason = program === undefined ? 'this machine has no kubectl 1.33' : ((await engineReason(['busybox:1.36', 'registry.k8s.io/pause:3.10', PROMETHEUS_IMAGE])) ?? (await composeReason()));

describe.skipIf(reason !== undefined)(`Prometheus under Compose${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let compose: ComposeProject;
  let prometheus: Prometheus;
  beforeAll(async () => {
    compose = await composeProject(`gantry-watched-${process.pid}`, ['setup', 'node']);
    const env = { ...compose.env, GANTRY_PROMETHEUS_PORT: '0' };
    await compose(['up', '--detach', '--no-build', ...SERVICES], { env });
    await compose.writeKubeconfig();
    const kubectl = kubectlOf(program ?? '', '1.33', compose.kubeconfig);
    await kubectl.input(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: LIVELY_OBJECTS }), 'apply', '-f', '-');
    prometheus = await prometheusAt((await compose(['port', 'prometheus', '9090'], { env })).trim(), async () => undefined);
  }, 900_000);
  afterAll(() => compose?.dispose());

  const awaitData = async (expression: string): Promise<void> => {
    await expect.poll(() => prometheus.dataOf(expression), { ...PATIENCE, message: expression }).toBe('data');
  };

  it('finds every replica by Docker’s names and every node through the API, and who writes and leads', async () => {
    for (const [job, replicas] of Object.entries(REPLICATED)) await awaitData(`count(up{job="${job}"} == 1) == ${replicas}`);
    await awaitData('sum(gantry_store_leading) == 1 and sum(leader_election_master_status) == 2');
    await awaitData('count(kubernetes_healthcheck{name="bus"} == 1) == 8');
  });

  it.each(dashboards())('$title: every query has data', async ({ panels }) => {
    for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) await awaitData(filledIn(expr, '1m'));
  });

  it.each(alertRules())('$alert can be judged: what it reads is there', async ({ expr }) => {
    for (const selector of await prometheus.selectors(expr)) if (!ONLY_IN_TROUBLE.includes(selector)) await awaitData(`count(${selector})`);
  });
});

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alertRules, dashboards, documentedMeasures, filledIn } from './kit/dashboards.js';
import { engineReason } from './kit/engine.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { LIVELY_OBJECTS } from './kit/lively-objects.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { PROMETHEUS_IMAGE, standaloneConfiguration, startPrometheus, type Prometheus } from './kit/prometheus.js';
import { run, runOk } from './kit/run.js';

/** Every query of every dashboard and every alert, sent to the real Prometheus over a cluster at work. */
const program = findKubectl('1.33');
const openssl = await run('openssl', ['version']).then(({ code }) => code === 0, () => false);
const reason = program === undefined ? 'this machine has no kubectl 1.33' : openssl ? await engineReason(['busybox:1.36', 'registry.k8s.io/pause:3.10', PROMETHEUS_IMAGE]) : 'this machine has no openssl';

/** What alerts read that a cluster has only when something is wrong with it, or only as services. */
const NOT_HERE: Readonly<Record<string, string>> = {
  '{code=~"5..",__name__="apiserver_request_total"}': 'no request fails inside',
  '{condition="Ready",status!="true",__name__="kube_node_status_condition"}': 'every node is ready',
  '{name="bus",type="readyz",__name__="kubernetes_healthcheck"}': 'one process needs no bus between its parts; asked under Compose',
};
const WINDOW = '20s';
const PATIENCE = { timeout: 120_000, interval: 500 };

describe.skipIf(reason !== undefined)(`dashboards and rules${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  let folder: string;
  let prometheus: Prometheus;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-e2e-prometheus-'));
    await chmod(folder, 0o755);
    gantry = await gantryIn(`dashboards-${process.pid}`);
    await gantry('up', '--detach', '--nodes', '1');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await kubectl.input(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: LIVELY_OBJECTS }), 'apply', '-f', '-');
    const api = await credentials(gantry, kubectl, folder);
    prometheus = await startPrometheus(`${gantry.cluster}-prometheus`, folder, await standaloneConfiguration(api));
    await kubectl('rollout', 'status', 'deployment/asks', '--timeout=120s');
    await kubectl('exec', 'deployment/asks', '--', 'true');
    await vi.waitUntil(async () => (await prometheus.query('kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"} and on () (min(count_over_time(up[1m])) > 10)')).length > 0, PATIENCE);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await gantry?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('are about a cluster that lets itself be watched, with a certificate that permits nothing else', async () => {
    await expect.poll(() => prometheus.query('up == 0'), PATIENCE).toEqual([]);
    expect((await prometheus.query('count by (job) (up)')).length).toBe(4);
    const asPrometheus = ['--client-certificate', join(folder, 'tls.crt'), '--client-key', join(folder, 'tls.key'), '--user', 'prometheus'];
    await kubectl('config', 'set-credentials', 'prometheus', '--client-certificate', join(folder, 'tls.crt'), '--client-key', join(folder, 'tls.key'));
    expect((await kubectl.try(['get', 'pods', ...asPrometheus])).stderr).toContain('User "gantry:prometheus" cannot list resource "pods"');
    expect((await kubectl.try(['get', '--raw', '/api/v1/nodes/node-1/proxy/stats/summary', ...asPrometheus])).stderr).toContain('cannot get resource "nodes/proxy"');
  });

  it.each(dashboards())('$title: every query has data', async ({ panels, templating }) => {
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) expect.soft(await prometheus.dataOf(filledIn(expr, WINDOW)), `${title}: ${expr}`).toBe('data');
    }
    for (const { definition } of templating.list.filter(({ type }) => type === 'query')) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/u.exec(definition ?? '') ?? [];
      expect.soft(await prometheus.labelValues(metric, label), definition).not.toEqual([]);
    }
  });

  it.each(alertRules())('$alert can be judged: what it reads is there', async ({ expr }) => {
    const selectors = await prometheus.selectors(expr);
    for (const selector of selectors.filter((one) => !Object.hasOwn(NOT_HERE, one))) expect.soft(await prometheus.dataOf(`count(${selector})`), selector).toBe('data');
    const judged = expr.replace(/ (?:>|==) [\d.]+$/u, '');
    if (!judged.startsWith('absent(') && !selectors.some((one) => Object.hasOwn(NOT_HERE, one))) expect(await prometheus.dataOf(judged), judged).toBe('data');
    expect(await prometheus.dataOf(expr)).toMatch(/data$/u);
  });

  it('are loaded by the server, and a cluster that is well raises no alarm about itself', async () => {
    const { groups } = (await prometheus.ask('rules')) as { groups: { rules: { name: string; health: string }[] }[] };
    const loaded = groups.flatMap(({ rules }) => rules);
    expect(loaded.map(({ name }) => name).sort()).toEqual(alertRules().map(({ alert }) => alert).sort());
    expect(loaded.filter(({ health }) => health !== 'ok')).toEqual([]);
    const well = ['KubeAPIDown', 'KubeControllerManagerDown', 'KubeSchedulerDown', 'GantryStoreNoLeader', 'GantryWatchLag', 'KubeNodeNotReady', 'KubeletDown'];
    expect(await prometheus.query(`ALERTS{alertname=~"${well.join('|')}"}`)).toEqual([]);
  });

  it.each(documentedMeasures())('%s is there, as the documentation says', async (name) => {
    const found = await Promise.all([name, `${name}_count`].map((one) => prometheus.dataOf(one)));
    expect(found).toContain('data');
  });

  it.each(['/metrics', '/metrics/cadvisor', '/metrics/resource', '/metrics/probes', '/stats/summary', '/healthz'])('kubectl reads %s of a node', async (path) => {
    expect(await kubectl('get', '--raw', `/api/v1/nodes/node-1/proxy${path}`)).not.toBe('');
  });
});

/** A certificate of Prometheus' user, asked for as any user's; answers `host:port` of the API. */
async function credentials(gantry: Gantry, kubectl: Kubectl, folder: string): Promise<string> {
  const file = (name: string): string => join(folder, name);
  await runOk('openssl', ['req', '-new', '-nodes', '-newkey', 'rsa:2048', '-keyout', file('tls.key'), '-subj', '/O=system:monitoring/CN=gantry:prometheus', '-out', file('tls.csr')]);
  const request = (await readFile(file('tls.csr'))).toString('base64');
  await kubectl.input(JSON.stringify({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'prometheus' }, spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] } }), 'create', '-f', '-');
  await kubectl('certificate', 'approve', 'prometheus');
  await vi.waitUntil(async () => (await kubectl('get', 'csr', 'prometheus', '-o', 'jsonpath={.status.certificate}')) !== '', PATIENCE);
  await writeFile(file('tls.crt'), Buffer.from(await kubectl('get', 'csr', 'prometheus', '-o', 'jsonpath={.status.certificate}'), 'base64'));
  const config = parse(await readFile(gantry.kubeconfig, 'utf8')) as { clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }] };
  await writeFile(file('ca.crt'), Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64'));
  await chmod(file('tls.key'), 0o644);
  return new URL(config.clusters[0].cluster.server).host;
}

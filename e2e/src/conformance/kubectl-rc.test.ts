import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { conformanceCluster, WAIT, type ConformanceCluster } from '../kit/conformance-cluster.js';
import { findKubectl, kubectlOf, type Kubectl } from '../kit/kubectl.js';

let test: ConformanceCluster;
beforeAll(async () => {
  test = await conformanceCluster('kubectl-rc');
});
afterAll(() => test?.dispose());

const manifest = (name: string, replicas = 1): string => JSON.stringify({
  apiVersion: 'v1', kind: 'ReplicationController', metadata: { name, labels: { name } },
  spec: { replicas, template: { metadata: { labels: { name, app: 'agnhost', role: 'primary' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'agnhost-primary', image: 'agnhost:1', ports: [{ name: 'server', containerPort: 6379 }] }] } } },
});

describe.each(['1.27', '1.33'])('[sig-cli] Kubectl client, replication controllers with kubectl %s', (version) => {
  const program = findKubectl(version);
  const scene = async (): Promise<Kubectl> => {
    const kubectl = kubectlOf(program ?? '', version, test.kubeconfig);
    await kubectl('config', 'set-context', '--current', `--namespace=${await test.namespace()}`);
    return kubectl;
  };
  const running = (kubectl: Kubectl, name: string, count: number): Promise<void> =>
    vi.waitFor(async () => expect((await kubectl('get', 'pods', '-l', `name=${name}`, '-o', 'jsonpath={.items[?(@.status.phase=="Running")].metadata.name}')).split(' ').filter(Boolean)).toHaveLength(count), WAIT);

  it('Kubectl describe should check if kubectl describe prints relevant information for rc and pods [Conformance]', async (ctx) => {
    if (program === undefined) return ctx.skip(`this machine has no kubectl ${version}`);
    const kubectl = await scene();
    await kubectl.input(manifest('agnhost-primary'), 'create', '-f', '-');
    await running(kubectl, 'agnhost-primary', 1);
    const text = await kubectl('describe', 'rc', 'agnhost-primary');
    for (const part of ['Name:         agnhost-primary', 'app=agnhost', 'role=primary', 'Replicas:     1 current', '1 desired', 'Pods Status:  1 Running / 0 Waiting / 0 Succeeded / 0 Failed', 'Image:', 'Created pod: agnhost-primary-']) expect(text).toContain(part);
    expect(text).toMatch(/Normal\s+SuccessfulCreate\s+\S+\s+replication-controller/);
    const pod = (await kubectl('get', 'pods', '-o', 'name')).trim();
    const about = await kubectl('describe', pod);
    for (const part of ['Controlled By:  ReplicationController/agnhost-primary', 'Status:           Running', 'app=agnhost']) expect(about).toContain(part);
  });

  it('Kubectl expose should create services for rc [Conformance]', async (ctx) => {
    if (program === undefined) return ctx.skip(`this machine has no kubectl ${version}`);
    const kubectl = await scene();
    await kubectl.input(manifest('agnhost-primary'), 'create', '-f', '-');
    await running(kubectl, 'agnhost-primary', 1);
    await kubectl('expose', 'rc', 'agnhost-primary', '--name=rm2', '--port=1234', '--target-port=6379');
    await kubectl('expose', 'service', 'rm2', '--name=rm3', '--port=2345', '--target-port=6379');
    for (const [name, port] of [['rm2', '1234'], ['rm3', '2345']] as const) {
      expect(await kubectl('get', 'service', name, '-o', 'jsonpath={.spec.ports[0].port} {.spec.ports[0].targetPort} {.spec.selector.role}')).toBe(`${port} 6379 primary`);
      await vi.waitFor(async () => expect((await kubectl('get', 'endpoints', name, '-o', 'jsonpath={.subsets[*].ports[*].port}')).trim()).toBe('6379'), WAIT);
    }
  });

  it('Kubectl patch should add annotations for pods in rc [Conformance]', async (ctx) => {
    if (program === undefined) return ctx.skip(`this machine has no kubectl ${version}`);
    const kubectl = await scene();
    await kubectl.input(manifest('agnhost-primary'), 'create', '-f', '-');
    await running(kubectl, 'agnhost-primary', 1);
    const pod = (await kubectl('get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}')).trim();
    await kubectl('patch', 'pod', pod, '-p', '{"metadata":{"annotations":{"x":"y"}}}');
    expect(await kubectl('get', 'pod', pod, '-o', 'jsonpath={.metadata.annotations.x}')).toBe('y');
  });

  it('Update Demo should create and stop a replication controller [Conformance]', async (ctx) => {
    if (program === undefined) return ctx.skip(`this machine has no kubectl ${version}`);
    const kubectl = await scene();
    await kubectl.input(manifest('update-demo-nautilus', 2), 'create', '-f', '-');
    await running(kubectl, 'update-demo-nautilus', 2);
    expect(await kubectl('get', 'rc')).toMatch(/NAME\s+DESIRED\s+CURRENT\s+READY\s+AGE\nupdate-demo-nautilus\s+2\s+2\s+2/);
    await kubectl('delete', 'rc', 'update-demo-nautilus', '--wait=true');
    await vi.waitFor(async () => expect(await kubectl('get', 'pods', '-o', 'name')).toBe(''), WAIT);
  });

  it('Update Demo should scale a replication controller [Conformance]', async (ctx) => {
    if (program === undefined) return ctx.skip(`this machine has no kubectl ${version}`);
    const kubectl = await scene();
    await kubectl.input(manifest('update-demo-nautilus', 2), 'create', '-f', '-');
    await running(kubectl, 'update-demo-nautilus', 2);
    for (const count of [1, 2]) {
      await kubectl('scale', 'rc', 'update-demo-nautilus', `--replicas=${String(count)}`, '--timeout=5m');
      await running(kubectl, 'update-demo-nautilus', count);
    }
    const scale = await kubectl('get', '--raw', `/api/v1/namespaces/${(await kubectl('config', 'view', '--minify', '-o', 'jsonpath={..namespace}')).trim()}/replicationcontrollers/update-demo-nautilus/scale`);
    expect(JSON.parse(scale)).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 2 }, status: { replicas: 2, selector: 'app=agnhost,name=update-demo-nautilus,role=primary' } });
  });

  it('shows and describes quotas, limit ranges and priority classes', async (ctx) => {
    if (program === undefined) return ctx.skip(`this machine has no kubectl ${version}`);
    const kubectl = await scene();
    await kubectl('create', 'quota', 'q', '--hard=pods=3,limits.cpu=4', '--scopes=NotBestEffort');
    await vi.waitFor(async () => expect(await kubectl('get', 'quota')).toMatch(/NAME\s+REQUEST\s+LIMIT\s+AGE\nq\s+pods: 0\/3\s+limits.cpu: 0\/4/), WAIT);
    expect(await kubectl('describe', 'quota', 'q')).toMatch(/Scopes:\s+NotBestEffort[\s\S]*pods\s+0\s+3/);
    await kubectl('create', 'priorityclass', `high-${version.replace('.', '-')}`, '--value=1000', '--description=high priority');
    expect(await kubectl('get', 'pc')).toMatch(/NAME\s+VALUE\s+GLOBAL-DEFAULT\s+AGE\s+PREEMPTIONPOLICY|NAME\s+VALUE\s+GLOBAL-DEFAULT\s+AGE/);
  });
});

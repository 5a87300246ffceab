import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubectlRunner, kubectls } from './kubectl.suite.js';
import { startTestApi } from './test-api.suite.js';
import type { TestApi } from './test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

const deployment = (replicas: number, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: ${String(replicas)}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: '${image}', ports: [{containerPort: 80}]}]}
`;

for (const { version, path } of kubectls(['1.27', '1.33'])) {
  describe.skipIf(path === undefined)(`kubectl ${version}${path === undefined ? ', which is not beside the kubectl on the PATH of this machine' : ''}`, () => {
    let kubectl: KubectlRunner;
    beforeAll(async () => {
      kubectl = new KubectlRunner(path!, test.kubeconfig, `ns-${version.replace('.', '-')}`);
      await kubectl.run('create', 'namespace', kubectl.namespace);
    });

    it('learns what there is', async () => {
      const resources = await kubectl.run('api-resources');
      expect(resources).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
      expect(resources).toMatch(/^nodes +no +v1 +false +Node$/m);
      expect(await kubectl.run('version', '-o', 'json')).toContain('"gitVersion": "v1.36.0+gantry"');
      expect(await kubectl.run('explain', 'deployment.spec.replicas')).toMatch(/replicas/);
      const explained = [['explain', 'pod.spec.containers'], ['explain', 'pod.spec.containers', '--output=plaintext-openapiv2']];
      for (const args of explained) expect(await kubectl.run(...args)).toMatch(/List of containers belonging to the pod\.[^]*imagePullPolicy\s+<string>[^]*Image pull policy\. One of Always, Never, IfNotPresent\./);
      expect(await kubectl.run('explain', 'pod.spec.affinity', '--recursive')).toMatch(/scheduling constraints[^]*nodeAffinity[^]*requiredDuringSchedulingIgnoredDuringExecution/);
      expect(await kubectl.run('get', '--raw', '/readyz?verbose')).toContain('readyz check passed');
    });

    it('applies a manifest, sees that nothing changed, and merges what did', async () => {
      expect(await kubectl.withInput(deployment(2, 'nginx:1'), 'apply', '-f', '-')).toBe('deployment.apps/web created\n');
      expect(await kubectl.withInput(deployment(2, 'nginx:1'), 'apply', '-f', '-')).toBe('deployment.apps/web unchanged\n');
      await kubectl.run('annotate', 'deployment', 'web', 'by=someone');
      expect(await kubectl.withInput(deployment(2, 'nginx:2'), 'apply', '-f', '-')).toBe('deployment.apps/web configured\n');
      expect(await kubectl.run('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[*].image} {.metadata.annotations.by} {.metadata.generation}')).toBe('nginx:2 someone 3');
    });

    it('refuses a manifest with a field that does not exist, by name', async () => {
      const failed = kubectl.withInput(deployment(1, 'nginx:1').replace('replicas', 'replicass'), 'apply', '-f', '-');
      await expect(failed).rejects.toThrow(/unknown field "spec\.replicass"/);
    });

    it('shows tables, wide ones, and the object', async () => {
      expect(await kubectl.run('get', 'deployments')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/2 +0 +0 +\d+s\n$/);
      expect(await kubectl.run('get', 'deploy', '-o', 'wide')).toMatch(/CONTAINERS +IMAGES +SELECTOR\nweb .* c +nginx:2 +app=web\n$/);
      expect(await kubectl.run('get', 'deploy', 'web', '-o', 'yaml')).toContain('progressDeadlineSeconds: 600');
      expect(await kubectl.run('get', 'all')).toContain('deployment.apps/web');
      expect(await kubectl.run('get', 'deploy', '-l', 'app=nobody', '-o', 'name')).toBe('');
      expect(await kubectl.run('describe', 'deployment', 'web')).toMatch(/Replicas: +2 desired/);
    });

    it('labels, annotates, patches, sets images and scales', async () => {
      expect(await kubectl.run('label', 'deployment', 'web', 'tier=front')).toContain('labeled');
      expect(await kubectl.run('label', 'deployment', 'web', 'tier-')).toContain('unlabeled');
      expect(await kubectl.run('set', 'image', 'deployment/web', 'c=nginx:3')).toContain('image updated');
      expect(await kubectl.run('scale', 'deployment/web', '--replicas=5')).toContain('scaled');
      expect(await kubectl.run('patch', 'deployment', 'web', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1"}]}]}}}}')).toContain('patched');
      expect(await kubectl.run('patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"add","path":"/spec/minReadySeconds","value":7}]')).toContain('patched');
      expect(await kubectl.run('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas} {.spec.minReadySeconds} {.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[0].name}')).toBe('5 7 nginx:3 A');
      await expect(kubectl.run('scale', 'deployment/web', '--replicas=1', '--current-replicas=2')).rejects.toThrow(/to be 2, was 5/);
    });

    it('creates, runs and deletes, and waits for what it deletes', async () => {
      expect(await kubectl.run('create', 'secret', 'generic', 's', '--from-literal=a=b')).toBe('secret/s created\n');
      expect(await kubectl.run('get', 'secret', 's', '-o', 'jsonpath={.data.a}')).toBe('Yg==');
      expect(await kubectl.run('run', 'p', '--image=busybox:1.36')).toBe('pod/p created\n');
      expect(await kubectl.run('get', 'pod', 'p', '-o', 'wide')).toMatch(/^NAME +READY +STATUS .*\np +0\/1 +Pending +0 /);
      expect(await kubectl.run('describe', 'pod', 'p')).toMatch(/QoS Class: +BestEffort/);
      expect(await kubectl.run('delete', 'pod', 'p')).toMatch(/pod "p" deleted/);
      await expect(kubectl.run('get', 'pod', 'p')).rejects.toThrow('Error from server (NotFound): pods "p" not found');
      expect(await kubectl.run('delete', 'deployment,secret', '--all')).toMatch(/deployment.apps "web" deleted[^]*secret "s" deleted/);
    });

    it('waits for a condition that another sets', async () => {
      await kubectl.run('create', 'deployment', 'w', '--image=nginx:1');
      const waiting = kubectl.run('wait', '--for=condition=Available', 'deployment/w', '--timeout=20s');
      const condition = { type: 'Available', status: 'True', reason: 'R', message: 'm' };
      const patched = await test.call('PATCH', `/apis/apps/v1/namespaces/${kubectl.namespace}/deployments/w/status`, { status: { conditions: [condition] } }, { 'content-type': 'application/merge-patch+json' });
      expect(patched.status).toBe(200);
      expect(await waiting).toBe('deployment.apps/w condition met\n');
    });

    it('watches a table: what is there, then what changes', async () => {
      await kubectl.run('create', 'configmap', 'seen', '--from-literal=a=b');
      const watching = kubectl.follow('get', 'configmaps', '-w');
      await watching.until(/^seen +1 /m);
      await kubectl.run('create', 'configmap', 'later', '--from-literal=a=b', '--from-literal=c=d');
      await watching.until(/^later +2 /m);
      await watching.stop();
      expect(watching.output.match(/^NAME/gm)).toHaveLength(1);
    });
  });
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubectlRunner, kubectls } from '../kubectl.suite.js';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi({ network: { advertise: { address: '198.18.0.1', port: 6443 } } });
});
afterAll(() => test.stop());

const pod = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', labels: { app: 'web', tier: 'front' } }, spec: { containers: [{ name: 'c', image: 'nginx:1', ports: [{ containerPort: 8080 }] }] } });
const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'applied' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] } });
const changed = manifest.replace('"port":80', '"port":81');

for (const { version, path } of kubectls(['1.27', '1.33'])) {
  describe.skipIf(path === undefined)(`kubectl ${version}${path === undefined ? ', which is not beside the kubectl on the PATH of this machine' : ''}`, () => {
    let kubectl: KubectlRunner;
    beforeAll(async () => {
      kubectl = new KubectlRunner(path!, test.kubeconfig, `svc-${version.replace('.', '-')}`);
      await kubectl.run('create', 'namespace', kubectl.namespace);
    });

    it('learns the kinds of the network and explains them', async () => {
      const resources = await kubectl.run('api-resources');
      expect(resources).toMatch(/^services +svc +v1 +true +Service$/m);
      expect(resources).toMatch(/^endpoints +ep +v1 +true +Endpoints$/m);
      expect(resources).toMatch(/^endpointslices +discovery\.k8s\.io\/v1 +true +EndpointSlice$/m);
      expect(resources).toMatch(/^ipaddresses +ip +networking\.k8s\.io\/v1 +false +IPAddress$/m);
      expect(resources).toMatch(/^servicecidrs +networking\.k8s\.io\/v1 +false +ServiceCIDR$/m);
      expect(await kubectl.run('explain', 'svc.spec.ports.nodePort')).toMatch(/nodePort/);
    });

    it('sees how the API is reached', async () => {
      expect(await kubectl.run('get', 'svc', '-n', 'default')).toMatch(/^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nkubernetes +ClusterIP +10\.96\.0\.1 +<none> +443\/TCP +\d+s\n$/);
      expect(await kubectl.run('get', 'endpointslices', '-n', 'default')).toMatch(/^NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE\nkubernetes +IPv4 +6443 +198\.18\.0\.1 +\d+s\n$/);
      expect(await kubectl.run('get', 'ep', '-n', 'default')).toMatch(/^NAME +ENDPOINTS +AGE\nkubernetes +198\.18\.0\.1:6443 +\d+s\n$/);
      expect(await kubectl.run('get', 'ipaddresses', '10.96.0.1')).toMatch(/^NAME +PARENTREF\n10\.96\.0\.1 +services\/default\/kubernetes\n$/);
      expect(await kubectl.run('get', 'servicecidrs')).toMatch(/^NAME +CIDRS +AGE\nkubernetes +10\.96\.0\.0\/16 +\d+s\n$/);
    });

    it('creates Services of every type', async () => {
      expect(await kubectl.run('create', 'service', 'clusterip', 'inside', '--tcp=80:8080')).toBe('service/inside created\n');
      expect(await kubectl.run('create', 'service', 'nodeport', 'ported', '--tcp=80')).toBe('service/ported created\n');
      expect(await kubectl.run('create', 'service', 'loadbalancer', 'balanced', '--tcp=80')).toBe('service/balanced created\n');
      expect(await kubectl.run('create', 'service', 'externalname', 'named', '--external-name=example.com')).toBe('service/named created\n');
      expect(await kubectl.run('create', 'service', 'clusterip', 'headless', '--clusterip=None')).toBe('service/headless created\n');
      const table = await kubectl.run('get', 'svc', '-o', 'wide');
      expect(table).toMatch(/^balanced +LoadBalancer +10\.96\.\d+\.\d+ +<pending> +80:3\d{4}\/TCP +\d+s +app=balanced$/m);
      expect(table).toMatch(/^headless +ClusterIP +None +<none> +<none> +\d+s +app=headless$/m);
      expect(table).toMatch(/^inside +ClusterIP +10\.96\.\d+\.\d+ +<none> +80\/TCP +\d+s +app=inside$/m);
      expect(table).toMatch(/^named +ExternalName +<none> +example\.com +<none> +\d+s +app=named$/m);
      expect(await kubectl.run('describe', 'svc', 'ported')).toMatch(/NodePort: +80 +3\d{4}\/TCP/);
    });

    it('exposes a pod', async () => {
      await kubectl.withInput(pod, 'apply', '-f', '-');
      expect(await kubectl.run('expose', 'pod', 'web', '--port=80', '--target-port=8080', '--name=exposed')).toBe('service/exposed exposed\n');
      expect(await kubectl.run('get', 'svc', 'exposed', '-o', 'jsonpath={.spec.selector} {.spec.ports[0].targetPort}')).toBe('{"app":"web","tier":"front"} 8080');
    });

    it('applies a Service again without losing its address or its node port', async () => {
      const facts = ['get', 'svc', 'applied', '-o', 'jsonpath={.spec.clusterIP} {.spec.ports[0].nodePort}'];
      expect(await kubectl.withInput(manifest, 'apply', '-f', '-')).toBe('service/applied created\n');
      const before = await kubectl.run(...facts);
      expect(await kubectl.withInput(manifest, 'apply', '-f', '-')).toBe('service/applied unchanged\n');
      expect(await kubectl.withInput(changed, 'apply', '-f', '-')).toBe('service/applied configured\n');
      expect(await kubectl.withInput(manifest, 'replace', '-f', '-')).toBe('service/applied replaced\n');
      expect(await kubectl.run(...facts)).toBe(before);
      expect(await kubectl.withInput(manifest, 'replace', '--force', '-f', '-')).toMatch(/service "applied" deleted[^]*service\/applied replaced/);
    });

    it('deletes them all', async () => {
      expect(await kubectl.run('delete', 'svc', '--all')).toMatch(/service "inside" deleted/);
      expect(await kubectl.run('get', 'svc', '-o', 'name')).toBe('');
    });
  });
}

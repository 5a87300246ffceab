import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ASK_API, ASK_HTTP, ASK_UDP, LISTEN_TO, RESOLVE, SERVE_UDP } from './kit/asking.js';
import type { Background } from './kit/background.js';
import { runtimeReason } from './kit/images.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { Inside } from './kit/inside.js';
import { containersOf, runtimeUnderTest } from './kit/standalone-form.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { run, type RunResult } from './kit/run.js';

/** Who reaches whom, by which address, and as whom: over two nodes, with real packets. */
const program = findKubectl('1.33');
const reason = program === undefined ? 'this machine has no kubectl 1.33' : await runtimeReason(runtimeUnderTest(), ['busybox:1.36']);

/** Each answers with its name and the client's address: by HTTP on 8080 in its container, by UDP on 8081 beside it. */
const SERVE = String.raw`
mkdir -p /www/cgi-bin
cat > /www/cgi-bin/who <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n%s %s\n' "$HOSTNAME" "$REMOTE_ADDR"
END
chmod +x /www/cgi-bin/who
exec httpd -f -p 8080 -h /www`;

/** Two on the first node, one on the second. */
const PLACES = { a: 'node-1', b: 'node-1', c: 'node-2' } as const;
type Pod = keyof typeof PLACES;
const PODS = Object.keys(PLACES) as Pod[];

function podManifest(name: Pod): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'who', name } },
    spec: {
      nodeName: PLACES[name],
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', SERVE], readinessProbe: { httpGet: { path: '/cgi-bin/who', port: 8080 }, periodSeconds: 1 } }],
    },
  };
}

function serviceManifest(name: string, selector: Record<string, string>, more: object = {}): object {
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }, { name: 'udp', port: 81, targetPort: 8081, protocol: 'UDP' }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports, ...more } };
}

const MANIFESTS = [
  ...PODS.map(podManifest),
  serviceManifest('who', { app: 'who' }),
  serviceManifest('who-headless', { app: 'who' }, { clusterIP: 'None' }),
  serviceManifest('only-a', { name: 'a' }),
  serviceManifest('only-c', { name: 'c' }, { type: 'NodePort' }),
  serviceManifest('local-c', { name: 'c' }, { type: 'NodePort', externalTrafficPolicy: 'Local' }),
  serviceManifest('nobody', { app: 'nobody' }),
];

/** busybox writes IPv4 addresses as those of IPv6. */
const answersOf = ({ stdout }: RunResult): string[] => stdout.split('\n').filter((line) => line !== '').map((line) => line.replace(/\[?::ffff:([\d.]+)\]?(:\d+)?$/u, '$1'));
const namesOf = (result: RunResult): string[] => [...new Set(answersOf(result).map((answer) => answer.split(' ')[0] ?? ''))].sort();

describe.skipIf(reason !== undefined)(`pods, Services and nodes reach each other${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  let inside: Inside;
  const ip = {} as Record<Pod, string>;
  const clusterIP: Record<string, string> = {};
  const nodeIP: Record<string, string> = {};
  const nodePort: Record<string, number> = {};
  const servers: Background[] = [];
  const read = async (path: string, ...what: string[]) => (await kubectl('get', ...what, '-o', `jsonpath=${path}`)).trim();

  beforeAll(async () => {
    gantry = await gantryIn(`reach-${process.pid}`);
    await gantry('up', '--detach', '--nodes', '2');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    inside = new Inside(containersOf(gantry));
    await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s');
    await kubectl.input(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: MANIFESTS }), 'apply', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=120s');
    await kubectl('wait', '--for=jsonpath={.endpoints[2].conditions.ready}=true', 'endpointslice', '-l', 'kubernetes.io/service-name=who', '--timeout=60s');
    for (const pod of PODS) ip[pod] = await read('{.status.podIP}', 'pod', pod);
    for (const service of ['who', 'only-a', 'only-c', 'local-c', 'nobody']) clusterIP[service] = await read('{.spec.clusterIP}', 'service', service);
    for (const service of ['only-c', 'local-c']) nodePort[service] = Number(await read('{.spec.ports[0].nodePort}', 'service', service));
    for (const node of ['node-1', 'node-2']) nodeIP[node] = await read('{.status.addresses[?(@.type=="InternalIP")].address}', 'node', node);
    for (const pod of PODS) servers.push(await inside.serveInPod(pod, SERVE_UDP, pod, '8081'));
    await Promise.all(servers.map((server) => server.until(/ready/)));
    // A Service answers once the rules of a node have it.
    for (const pod of ['a', 'c'] as const) await vi.waitFor(async () => expect(namesOf(await ask(pod, 'local-c'))).toEqual(['c']), { timeout: 30_000 });
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.end()));
    await gantry?.dispose();
  });

  const ask = (from: Pod, service: string, count = 1) => inside.pod(from, ASK_HTTP, clusterIP[service] ?? service, '80', String(count));

  describe.each([
    ['by TCP', ASK_HTTP, '8080'],
    ['by UDP', ASK_UDP, '8081'],
  ])('a pod reaches a pod %s, and is seen with its own address', (_name, script, port) => {
    it.each([['a', 'b', 'on its own node'], ['a', 'c', 'on another node'], ['c', 'a', 'and back'], ['a', 'a', 'itself']] as const)('%s to %s, %s', async (from, to, _where) => {
      expect(answersOf(await inside.pod(from, script, ip[to], port))).toEqual([`${to} ${ip[from]}`]);
    });
  });

  describe('a pod reaches a Service', () => {
    it.each(['a', 'c'] as const)('by its address, from %s: every endpoint answers, and sees the pod', async (from) => {
      const result = await ask(from, 'who', 60);
      expect(namesOf(result)).toEqual(PODS);
      for (const to of PODS) if (to !== from) expect(answersOf(result)).toContain(`${to} ${ip[from]}`);
    });

    it('by UDP, on another node', async () => {
      expect(answersOf(await inside.pod('a', ASK_UDP, clusterIP['only-c'] ?? '', '81'))).toEqual([`c ${ip.a}`]);
    });

    it('by its name', async () => {
      const dns = await read('{.spec.clusterIP}', 'service', 'kube-dns', '-n', 'kube-system');
      const { stdout } = await inside.pod('c', RESOLVE, 'only-a.default.svc.cluster.local', dns);
      expect(stdout.trim()).toBe(clusterIP['only-a']);
      expect(namesOf(await ask('c', stdout.trim()))).toEqual(['a']);
    });

    it('without an address of its own, by the addresses of its pods', async () => {
      const dns = await read('{.spec.clusterIP}', 'service', 'kube-dns', '-n', 'kube-system');
      for (const from of ['a', 'c'] as const) {
        const { stdout } = await inside.pod(from, RESOLVE, 'who-headless.default.svc.cluster.local', dns);
        expect(stdout.trim().split('\n').toSorted()).toEqual(Object.values(ip).toSorted());
      }
    });

    it("of which it is the only endpoint, and sees its node's address instead of its own", async () => {
      expect(answersOf(await ask('a', 'only-a'))).toEqual([`a ${ip.a.replace(/\d+$/u, '1')}`]);
    });

    it.each(['a', 'c'] as const)('of the API, from %s', async (from) => {
      const { stdout } = await inside.pod(from, ASK_API, await read('{.spec.clusterIP}', 'service', 'kubernetes'), '443');
      expect(stdout).toMatch(/^(200|401|403) .*DNS:kubernetes\.default\.svc/u);
    });
  });

  describe('a node', () => {
    it.each([['node-1', 'a'], ['node-1', 'c'], ['node-2', 'a']] as const)('%s reaches pod %s', async (node, pod) => {
      expect(namesOf(await inside.node(node, ASK_HTTP, ip[pod], '8080'))).toEqual([pod]);
    });

    it.each(['node-1', 'node-2'])('%s reaches Services', async (node) => {
      for (const pod of ['a', 'c']) expect(namesOf(await inside.node(node, ASK_HTTP, clusterIP[`only-${pod}`] ?? '', '80'))).toEqual([pod]);
    });
  });

  describe('the machine outside', () => {
    const askFromHere = async (node: string, service: string) => answersOf(await run(process.execPath, ['-e', ASK_HTTP, nodeIP[node] ?? '', String(nodePort[service])]));

    it.each(['node-1', 'node-2'])('reaches a node port on %s, although the pod is on node-2', async (node) => {
      expect(await askFromHere(node, 'only-c')).toEqual([expect.stringMatching(/^c /u)]);
    });

    it('is seen with its own address where the Service keeps to the node, and hears nothing from a node without the pod', async () => {
      expect(await askFromHere('node-2', 'local-c')).toEqual([`c ${await inside.gateway()}`]);
      expect(await askFromHere('node-1', 'local-c')).toEqual(['silence']);
    });

    it.each(['a', 'c'] as const)('is reached by pod %s, which it sees as its node', async (pod) => {
      const server = createServer((client) => client.end(client.remoteAddress?.replace('::ffff:', '') ?? '')).listen(0);
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      expect((await inside.pod(pod, LISTEN_TO, await inside.gateway(), String(port))).stdout).toBe(nodeIP[PLACES[pod]]);
      await new Promise((resolve) => server.close(resolve));
    });
  });

  describe('is refused at once', () => {
    it.each([
      ['a Service without endpoints', () => clusterIP['nobody'] ?? '', '80'],
      ['a port that the Service does not have', () => clusterIP['who'] ?? '', '82'],
      ['an address that no Service has', () => '10.96.255.254', '80'],
    ])('%s', async (_name, address, port) => {
      expect(answersOf(await inside.pod('a', ASK_HTTP, address(), port))).toEqual(['ECONNREFUSED']);
      expect(answersOf(await inside.node('node-2', ASK_HTTP, address(), port))).toEqual(['ECONNREFUSED']);
    });
  });

  it('follows what changes: a pod that is not there any more gets no more connections', async () => {
    await kubectl('delete', 'pod', 'b', '--wait');
    await expect.poll(async () => namesOf(await ask('c', 'who', 30)), { timeout: 30_000 }).toEqual(['a', 'c']);
  });

  it('goes on while control plane and nodes are killed, and follows changes after their return', async () => {
    const lock = JSON.parse(readFileSync(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
    process.kill(lock.pid, 'SIGKILL');
    expect(namesOf(await ask('a', 'who', 30))).toEqual(['a', 'c']);
    const asking = ask('a', 'only-c', 300);
    await gantry('start');
    expect(namesOf(await asking)).toEqual(['c']);
    await kubectl.input(JSON.stringify(podManifest('b')), 'apply', '-f', '-');
    await expect.poll(async () => namesOf(await ask('c', 'who', 30)), { timeout: 60_000 }).toEqual(PODS);
  });
});

import { silentLogger } from '@gantry/async';
import { ENDPOINTSLICES, SERVICES, createFakeClient } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import type { Informers } from '@gantry/informer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningProxy } from './options.js';
import { TABLE } from './rules/names.js';
import { startProxy } from './start-proxy.js';
import { askTcp, askUdp, createLab } from './testing/lab.suite.js';
import type { Lab } from './testing/lab.suite.js';
import { whyNoNamespaces } from './testing/namespaces.suite.js';
import { NODE, endingEndpoint, readyEndpoint, service, slice } from './testing/objects.suite.js';

const ADDRESS = '10.96.0.20';
const UDP_PORT = [{ name: '', port: 8080, protocol: 'UDP' as const }];

describe('Services by nftables', () => {
  let absent: string | undefined;
  let lab: Lab;
  let client: FakeClient;
  let informers: Informers;
  let proxy: RunningProxy;

  const start = async (...objects: Parameters<typeof createFakeClient>[0] & object[]): Promise<void> => {
    client = createFakeClient(objects);
    informers = createInformers({ client });
    proxy = await startProxy(
      {
        informers, nodeName: NODE.name, nodeAddresses: NODE.addresses, clusterCidr: NODE.clusterCidr, podCidr: NODE.podCidr, serviceCidr: NODE.serviceCidr,
        ownServiceAddresses: NODE.ownServiceAddresses, logger: silentLogger,
      },
      lab.node.run,
    );
    informers.start();
    await proxy.ready;
  };
  const web = (spec: Parameters<typeof service>[1] = {}, more: Parameters<typeof service>[2] = {}) => service('web', { clusterIP: ADDRESS, ...spec }, more);
  const named = (answers: readonly string[]) => [...new Set(answers.map((answer) => answer.split(' ')[0]))].sort();

  beforeAll(async () => {
    absent = await whyNoNamespaces();
    if (absent === undefined) lab = await createLab();
  });
  afterAll(() => lab?.close());
  beforeEach((context) => void (absent !== undefined && context.skip(absent)));
  afterEach(async () => {
    if (absent !== undefined) return;
    await proxy.stop();
    await informers.stop();
    await lab.node.run('nft', ['delete', 'table', 'ip', TABLE]);
    await lab.node.run('conntrack', ['-F']).catch(() => '');
  });

  test('a pod reaches endpoints of its own and of another node by TCP, with its own address as the source', async () => {
    await start(web(), slice('web', ['10.244.1.3', '10.244.2.2']));
    const answers = await askTcp(lab.pods.a, ADDRESS, 80, 40);
    expect(new Set(answers)).toEqual(new Set(['b 10.244.1.2', 'far 10.244.1.2']));
  });

  test('and by UDP', async () => {
    await start(web({ ports: [{ port: 80, protocol: 'UDP' }] }), slice('web', ['10.244.1.3', '10.244.2.2'], UDP_PORT));
    expect(new Set(await askUdp(lab.pods.a, ADDRESS, 80, 40))).toEqual(new Set(['b 10.244.1.2', 'far 10.244.1.2']));
  });

  test('the node reaches them too', async () => {
    await start(web(), slice('web', ['10.244.1.3', '10.244.2.2']));
    expect(named(await askTcp(lab.node, ADDRESS, 80, 40))).toEqual(['b', 'far']);
  });

  test('a pod that reaches itself through a Service does not see its own address as the client', async () => {
    await start(web(), slice('web', ['10.244.1.2']));
    expect(await askTcp(lab.pods.a, ADDRESS, 80)).toEqual(['a 10.244.1.1']);
  });

  test('what no Service is at is refused at once: an unused address, another port, a Service without endpoints', async () => {
    await start(web(), slice('web', ['10.244.1.3']), service('empty', { clusterIP: '10.96.0.21', ports: [{ name: 't', port: 80, protocol: 'TCP' }, { name: 'u', port: 80, protocol: 'UDP' }] }));
    for (const [from, refusedUdp] of [[lab.pods.a, 'ECONNREFUSED'], [lab.node, 'EPERM']] as const) {
      expect(await askTcp(from, '10.96.77.1', 443)).toEqual(['ECONNREFUSED']);
      expect(await askUdp(from, '10.96.77.1', 53)).toEqual([refusedUdp]);
      expect(await askTcp(from, ADDRESS, 81)).toEqual(['ECONNREFUSED']);
      expect(await askTcp(from, '10.96.0.21', 80)).toEqual(['ECONNREFUSED']);
      expect(await askUdp(from, '10.96.0.21', 80)).toEqual([refusedUdp]);
    }
  });

  test('refuses before it knows of any Service', async () => {
    client = createFakeClient();
    informers = createInformers({ client });
    proxy = await startProxy({ informers, nodeName: NODE.name, nodeAddresses: NODE.addresses, clusterCidr: NODE.clusterCidr, podCidr: NODE.podCidr, serviceCidr: NODE.serviceCidr, ownServiceAddresses: [], logger: silentLogger }, lab.node.run);
    expect(await askTcp(lab.pods.a, ADDRESS, 80)).toEqual(['ECONNREFUSED']);
  });

  test("leaves the node's own Service addresses to the node", async () => {
    await start(service('kube-dns', { clusterIP: '10.96.0.10', ports: [{ port: 8080, protocol: 'TCP' }] }));
    await lab.node.run('ip', ['addr', 'add', '10.96.0.10/32', 'dev', 'lo', 'scope', 'host']);
    const server = await lab.node.start("require('net').createServer((c) => c.end('own ' + c.remoteAddress)).listen(8080, '10.96.0.10', () => console.log('ready'))");
    expect(await askTcp(lab.pods.a, '10.96.0.10', 8080)).toEqual(['own 10.244.1.2']);
    expect(await askTcp(lab.node, '10.96.0.10', 8080)).toEqual(['own 10.96.0.10']);
    await server.end();
    await lab.node.run('ip', ['addr', 'del', '10.96.0.10/32', 'dev', 'lo']);
  });

  test('a client keeps its endpoint where the Service asks for it, also when others come and go', async () => {
    await start(web({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 100 } } }), slice('web', ['10.244.1.3', '10.244.2.2']));
    const answers = await askTcp(lab.pods.a, ADDRESS, 80, 20);
    expect(new Set(answers).size).toBe(1);
    const [kept = ''] = named(answers);
    const address = kept === 'b' ? '10.244.1.3' : '10.244.2.2';
    await client.resource(ENDPOINTSLICES, 'default').update({ ...slice('web', ['10.244.1.2', address]), metadata: client.objects(ENDPOINTSLICES)[0]?.metadata });
    await expect.poll(() => lab.node.run('nft', ['list', 'table', 'ip', TABLE])).toContain('10.244.1.2');
    expect(named(await askTcp(lab.pods.a, ADDRESS, 80, 20))).toEqual([kept]);
  });

  test('a node port serves clients outside by endpoints of every node, and its own node and pods', async () => {
    await start(web({ type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', nodePort: 30_080 }] }), slice('web', ['10.244.1.3', '10.244.2.2']));
    expect(new Set(await askTcp(lab.outside, '192.0.2.1', 30_080, 40))).toEqual(new Set(['b 10.244.1.1', 'far 192.0.2.1']));
    expect(named(await askTcp(lab.node, '192.0.2.1', 30_080, 40))).toEqual(['b', 'far']);
    expect(named(await askTcp(lab.pods.a, '192.0.2.1', 30_080, 40))).toEqual(['b', 'far']);
  });

  test("with external policy Local a node port keeps the client's address and stays on the node", async () => {
    await start(web({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, protocol: 'TCP', nodePort: 30_080 }] }), slice('web', ['10.244.1.3', '10.244.2.2']));
    expect(new Set(await askTcp(lab.outside, '192.0.2.1', 30_080, 20))).toEqual(new Set(['b 192.0.2.9']));
  });

  test('with external policy Local and no endpoint on the node, clients outside hear nothing, the node and its pods are served', async () => {
    await start(web({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, protocol: 'TCP', nodePort: 30_080 }] }), slice('web', ['10.244.2.2']));
    expect(await askTcp(lab.outside, '192.0.2.1', 30_080)).toEqual(['silence']);
    expect(await askTcp(lab.node, '192.0.2.1', 30_080)).toEqual(['far 192.0.2.1']);
    expect(await askTcp(lab.pods.a, '192.0.2.1', 30_080)).toEqual(['far 10.244.1.2']);
  });

  test('with internal policy Local a cluster address stays on the node, and is silent where the node has no endpoint', async () => {
    await start(web({ internalTrafficPolicy: 'Local' }), slice('web', ['10.244.1.3', '10.244.2.2']), service('far', { clusterIP: '10.96.0.22', internalTrafficPolicy: 'Local' }), slice('far', ['10.244.2.2']));
    expect(named(await askTcp(lab.pods.a, ADDRESS, 80, 20))).toEqual(['b']);
    expect(await askTcp(lab.pods.a, '10.96.0.22', 80)).toEqual(['silence']);
  });

  test("serves a load balancer's address to the networks that may use it, and external addresses to all", async () => {
    const spec = { type: 'LoadBalancer' as const, loadBalancerSourceRanges: ['192.0.2.9/32', '192.0.2.8/30'], externalIPs: ['203.0.113.7'] };
    await start(web(spec, { status: { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } } }), slice('web', ['10.244.1.3']));
    await lab.outside.run('ip', ['route', 'add', '203.0.113.0/24', 'via', '192.0.2.1']);
    expect(await askTcp(lab.outside, '203.0.113.5', 80)).toEqual(['b 10.244.1.1']);
    expect(await askTcp(lab.pods.a, '203.0.113.5', 80)).toEqual(['silence']);
    expect(await askTcp(lab.pods.a, '203.0.113.7', 80)).toEqual(['b 10.244.1.1']);
    await lab.outside.run('ip', ['route', 'del', '203.0.113.0/24']);
  });

  test('uses endpoints that end but still serve where no other is left', async () => {
    await start(web(), slice('web', [endingEndpoint('10.244.1.3'), readyEndpoint('10.244.2.2', { conditions: { ready: false, serving: false, terminating: false } })]));
    expect(named(await askTcp(lab.pods.a, ADDRESS, 80, 5))).toEqual(['b']);
  });

  test('a Service whose endpoints change all the time loses no connection', async () => {
    await start(web(), slice('web', ['10.244.1.3']));
    const metadata = client.objects(ENDPOINTSLICES)[0]?.metadata;
    const asking = askTcp(lab.pods.a, ADDRESS, 80, 400);
    let isDone = false;
    void asking.finally(() => (isDone = true));
    for (let turn = 0; !isDone; turn += 1) {
      const { metadata: { name, namespace, labels } = {} } = client.objects(ENDPOINTSLICES)[0] ?? {};
      client.seed({ ...slice('web', turn % 2 === 0 ? ['10.244.2.2'] : ['10.244.1.3', '10.244.2.2']), metadata: { ...metadata, name, namespace, labels } });
      await lab.node.run('nft', ['list', 'tables']);
    }
    expect(named(await asking)).toEqual(['b', 'far']);
  });

  test('ends UDP flows to an endpoint that is gone, although the client goes on from the same port', async (context) => {
    if (await lab.node.run('conntrack', ['--version']).then(() => false, () => true)) return context.skip('needs the program conntrack');
    await start(web({ ports: [{ port: 80, protocol: 'UDP' }] }), slice('web', ['10.244.1.3'], UDP_PORT));
    const asking = await lab.pods.a.start(
      `const s = require('dgram').createSocket('udp4'); s.on('message', (m) => console.log(String(m))); s.on('error', () => {}); s.bind(5555, () => setInterval(() => s.send('?', 80, '${ADDRESS}'), 20));`,
    );
    await client.resource(ENDPOINTSLICES, 'default').update({ ...slice('web', ['10.244.2.2'], UDP_PORT), metadata: client.objects(ENDPOINTSLICES)[0]?.metadata });
    await asking.printed((output) => output.includes('far 10.244.1.2'));
    await asking.end();
  });

  test('replaces a table that somebody emptied, at the next change', async () => {
    await start(web(), slice('web', ['10.244.1.3']));
    await lab.node.run('nft', ['flush', 'ruleset']);
    await client.resource(SERVICES, 'default').create(service('second', { clusterIP: '10.96.0.23' }));
    await expect.poll(() => askTcp(lab.pods.a, ADDRESS, 80), { timeout: 15_000 }).toEqual(['b 10.244.1.2']);
  });

  test('its rules stay after a stop, and the next life takes over without a gap', async () => {
    await start(web(), slice('web', ['10.244.1.3']));
    await proxy.stop();
    await informers.stop();
    expect(await askTcp(lab.pods.a, ADDRESS, 80)).toEqual(['b 10.244.1.2']);
    const asking = askTcp(lab.pods.a, ADDRESS, 80, 200);
    await start(web(), slice('web', ['10.244.1.3']));
    expect(new Set(await asking)).toEqual(new Set(['b 10.244.1.2']));
  });
});

import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import type { coreV1 } from '@gantry/api-types';
import { silentLogger } from '@gantry/async';
import { createFakeClient, NODES, SERVICES, type FakeClient } from '@gantry/client';
import { createInformers, type Informers } from '@gantry/informer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startForwarder } from './forwarder.js';
import { startHostPorts, type HostPorts } from './host-ports.js';
import { nodeTargets, wantedPorts } from './wanted-ports.js';

const service = (name: string, type: string, ...ports: coreV1.ServicePort[]): coreV1.Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { type, ports } });
const node = (name: string, address: string, ready: boolean, labels = {}): coreV1.Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, labels },
  status: { addresses: [{ type: 'InternalIP', address }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } as coreV1.NodeStatus,
});

describe('the ports that this machine offers', () => {
  it('are the TCP node ports of all Services', () => {
    const services = [
      service('web', 'NodePort', { port: 80, nodePort: 30080 }, { port: 53, protocol: 'UDP', nodePort: 30053 }),
      service('balanced', 'LoadBalancer', { port: 80, nodePort: 30001 }, { port: 81, nodePort: 30080 }),
      service('inner', 'ClusterIP', { port: 80 }),
    ];
    expect(wantedPorts(services)).toEqual([30001, 30080]);
  });

  it('lead to real nodes, ready ones first', () => {
    const nodes = [node('a', '192.0.2.1', false), node('b', '192.0.2.2', true), node('hollow-1', '127.0.0.1', true, { 'gantry.io/hollow': 'true' })];
    expect(nodeTargets(nodes)).toEqual(['192.0.2.2', '192.0.2.1']);
  });
});

describe('node ports on the loopback address', () => {
  let client: FakeClient;
  let informers: Informers;
  let ports: HostPorts | undefined;
  let target: Server;
  let targetPort: number;
  const warnings: string[] = [];
  /** Where the forwarder of a node port listens, in a test. */
  const listening = new Map<number, number>();
  beforeEach(async () => {
    warnings.length = 0;
    listening.clear();
    target = createServer({ allowHalfOpen: true }, (socket) => void text(socket.iterator({ destroyOnReturn: false })).then((all) => socket.end(`got ${all}`))).listen(0, '127.0.0.1');
    await once(target, 'listening');
    targetPort = (target.address() as { port: number }).port;
    client = createFakeClient();
    client.seed(node('a', '127.0.0.1', true));
    informers = createInformers({ client });
  });
  afterEach(async () => {
    await ports?.stop();
    await informers.stop();
    await client.close();
    await once(target.close(), 'close');
  });

  const start = (listen: (port: number) => number): void => {
    ports = startHostPorts({
      informers, logger: silentLogger, onWarning: (warning) => warnings.push(warning),
      forward: async (options) => {
        const forwarder = await startForwarder({ ...options, port: listen(options.port), targetPort });
        listening.set(options.port, forwarder.port);
        return { ...forwarder, close: () => (listening.delete(options.port), forwarder.close()) };
      },
    });
    informers.start();
  };
  const until = (wanted: () => boolean): Promise<void> => vi.waitUntil(wanted, { timeout: 10_000 }).then(() => undefined);

  it('carry a connection to a node, and go with the Service', async () => {
    start(() => 0);
    await client.resource(SERVICES, 'default').create(service('web', 'NodePort', { port: 80, nodePort: 30080 }));
    await until(() => listening.has(30080));
    const socket = connect(listening.get(30080) ?? 0, '127.0.0.1');
    socket.end('a question');
    expect(await text(socket)).toBe('got a question');
    await client.resource(SERVICES, 'default').delete('web');
    await until(() => !listening.has(30080));
  });

  it('say so once where another program has the port, and try again at the next change', async () => {
    start((port) => (port === 30080 && warnings.length < 2 && !listening.has(30081) ? targetPort : 0));
    await client.resource(SERVICES, 'default').create(service('web', 'NodePort', { port: 80, nodePort: 30080 }));
    await until(() => warnings.length === 1);
    expect(warnings[0]).toBe("the node port 30080 is not on 127.0.0.1: another program listens there. It is reachable at the nodes' addresses.");
    await client.resource(SERVICES, 'default').create(service('more', 'NodePort', { port: 80, nodePort: 30081 }));
    await until(() => listening.has(30081));
    await client.resource(SERVICES, 'default').create(service('third', 'NodePort', { port: 80, nodePort: 30082 }));
    await until(() => listening.has(30080));
    expect(warnings).toHaveLength(1);
  });

  it('refuse a connection where no node answers', async () => {
    await client.resource(NODES).delete('a');
    start(() => 0);
    await client.resource(SERVICES, 'default').create(service('web', 'NodePort', { port: 80, nodePort: 30080 }));
    await until(() => listening.has(30080));
    const socket = connect(listening.get(30080) ?? 0, '127.0.0.1');
    await expect(text(socket)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

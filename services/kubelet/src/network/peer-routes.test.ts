import type { coreV1 } from '@gantry/api-types';
import { silentLogger, systemClock } from '@gantry/async';
import { createFakeClient, NODES } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import type { Informers } from '@gantry/informer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startPeerRoutes } from './peer-routes.js';
import type { PeerRoutes } from './peer-routes.js';

const node = (name: string, podCIDR: string, address: string): coreV1.Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { podCIDR }, status: { addresses: [{ type: 'InternalIP', address }] },
});

/** `ip`, as far as routes of ours go. */
class Kernel {
  readonly routes = new Map<string, string>([['10.244.9.0/24', '192.0.2.9']]);
  failures = 0;

  readonly ip = (args: readonly string[], input = ''): Promise<string> => {
    if (args.includes('show')) return Promise.resolve([...this.routes].map(([range, via]) => `${range} via ${via} dev eth0 \n`).join(''));
    if (this.failures-- > 0) return Promise.reject(new Error('RTNETLINK answers: Network is unreachable'));
    for (const line of input.split('\n')) {
      const [, , range = '', , via = ''] = line.split(' ');
      if (line.startsWith('route del')) this.routes.delete(range);
      if (line.startsWith('route replace')) this.routes.set(range, via);
    }
    return Promise.resolve('');
  };
}

describe('routes to peers', () => {
  let client: FakeClient;
  let informers: Informers;
  let kernel: Kernel;
  let routes: PeerRoutes;
  beforeEach(() => {
    client = createFakeClient();
    client.seed(node('own', '10.244.0.0/24', '192.0.2.1'));
    client.seed(node('peer', '10.244.1.0/24', '192.0.2.2'));
    informers = createInformers({ client });
    kernel = new Kernel();
  });
  afterEach(async () => {
    await routes.stop();
    await informers.stop();
    await client.close();
  });
  const start = (): void => {
    routes = startPeerRoutes({ nodes: informers.informer(NODES), nodeName: 'own', clock: systemClock, logger: silentLogger, ip: kernel.ip });
    informers.start();
  };
  const until = (wanted: Record<string, string>) => vi.waitFor(() => expect(Object.fromEntries(kernel.routes)).toEqual(wanted), { timeout: 10_000 });

  it('follow nodes, and what an earlier process left goes', async () => {
    start();
    await until({ '10.244.1.0/24': '192.0.2.2' });
    await client.resource(NODES).create(node('third', '10.244.2.0/24', '192.0.2.3'));
    await until({ '10.244.1.0/24': '192.0.2.2', '10.244.2.0/24': '192.0.2.3' });
    await client.resource(NODES).patch('third', 'application/merge-patch+json', { status: { addresses: [{ type: 'InternalIP', address: '192.0.2.7' }] } }, { subresource: 'status' });
    await until({ '10.244.1.0/24': '192.0.2.2', '10.244.2.0/24': '192.0.2.7' });
    await client.resource(NODES).delete('peer');
    await until({ '10.244.2.0/24': '192.0.2.7' });
  });

  it('are tried again where the kernel refuses one', async () => {
    kernel.failures = 2;
    start();
    await until({ '10.244.1.0/24': '192.0.2.2' });
  });
});

import { ENDPOINTSLICES, NODES, SERVICES, createFakeClient } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import type { Informers } from '@gantry/informer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NODE, readyEndpoint, service, slice } from '../testing/objects.suite.js';
import { ServiceTracker } from './service-tracker.js';

const LOCAL_LB = { type: 'LoadBalancer' as const, clusterIP: '10.96.0.2', externalTrafficPolicy: 'Local' as const, healthCheckNodePort: 31_000 };

describe('the Services that a node serves', () => {
  let client: FakeClient;
  let informers: Informers;
  let tracker: ServiceTracker;
  let changes: number;

  beforeEach(async () => {
    client = createFakeClient([service('web', { clusterIP: '10.96.0.1' }), slice('web', ['10.244.1.2']), service('lb', LOCAL_LB), slice('lb', ['10.244.1.2', '10.244.2.2'])]);
    informers = createInformers({ client });
    tracker = new ServiceTracker(informers, NODE);
    informers.start();
    await tracker.waitForSync(AbortSignal.timeout(5_000));
    changes = 0;
    tracker.follow(() => void (changes += 1));
  });
  afterEach(async () => {
    tracker.stop();
    await informers.stop();
  });

  const next = async (act: () => Promise<unknown>) => {
    const before = changes;
    await act();
    await vi.waitFor(() => expect(changes).toBeGreaterThan(before));
    return tracker.take();
  };
  const addresses = (name: string) => tracker.take().ports.find((port) => port.service === `default/${name}`)?.endpoints.map(({ address }) => address);

  test('have the endpoints of their slices', () => {
    expect(addresses('web')).toEqual(['10.244.1.2']);
  });

  test('keep the rules of those that nothing changed about', async () => {
    const before = tracker.take().ruleset.fragments;
    const after = (await next(() => client.resource(ENDPOINTSLICES, 'default').update({ ...slice('web', ['10.244.1.3']), metadata: client.objects(ENDPOINTSLICES).find(({ metadata }) => metadata?.name === 'web-1')?.metadata }))).ruleset.fragments;
    expect(after.get('default/lb')).toBe(before.get('default/lb'));
    expect(after.get('default/web')).not.toBe(before.get('default/web'));
    expect(addresses('web')).toEqual(['10.244.1.3']);
  });

  test('come and go, and say when UDP is among them', async () => {
    expect(tracker.take().udpChanged).toBe(false);
    const made = await next(() => client.resource(SERVICES, 'default').create(service('dns', { clusterIP: '10.96.0.3', ports: [{ port: 53, protocol: 'UDP' }] })));
    expect(made).toMatchObject({ udpChanged: true });
    expect(tracker.take().udpChanged).toBe(false);
    const gone = await next(() => client.resource(SERVICES, 'default').delete('dns'));
    expect(gone.udpChanged).toBe(true);
    expect(gone.ruleset.fragments.has('default/dns')).toBe(false);
  });

  test('use the endpoints of the zone once the node has one', async () => {
    const hinted = ['x', 'y'].map((zone, index) => readyEndpoint(`10.244.${index + 1}.2`, { hints: { forZones: [{ name: zone }] } }));
    await next(() => client.resource(ENDPOINTSLICES, 'default').update({ ...slice('web', hinted), metadata: client.objects(ENDPOINTSLICES).find(({ metadata }) => metadata?.name === 'web-1')?.metadata }));
    const rules = () => tracker.take().ruleset.fragments.get('default/web')?.chains.get('cluster/default/web/tcp/80')?.join('\n');
    expect(rules()).toContain('numgen random mod 2');
    await next(() => client.resource(NODES).create({ metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'y' } } }));
    expect(rules()).toBe('meta l4proto tcp dnat to 10.244.2.2:8080');
  });

  test('say to load balancers how many endpoints are here', () => {
    expect(tracker.take().healthChecks).toEqual([{ namespace: 'default', name: 'lb', port: 31_000, localEndpoints: 1 }]);
  });
});

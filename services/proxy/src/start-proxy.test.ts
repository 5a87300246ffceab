import { Deferred, silentLogger } from '@gantry/async';
import { createFakeClient, SERVICES } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProxyOptions, RunningProxy } from './options.js';
import { startProxy } from './start-proxy.js';
import { NODE, service, slice } from './testing/objects.suite.js';

describe('the proxy of a node', () => {
  const informers = createInformers({ client: createFakeClient([service('web', { clusterIP: '127.0.1.1' })]) });
  let proxy: RunningProxy | undefined;
  afterEach(async () => {
    await proxy?.stop();
    await informers.stop();
  });

  const start = (answer: (program: string) => Promise<string>, more: Partial<ProxyOptions> = {}) =>
    startProxy({ informers, nodeName: NODE.name, nodeAddresses: [], clusterCidr: NODE.clusterCidr, podCidr: NODE.podCidr, serviceCidr: NODE.serviceCidr, ownServiceAddresses: [], logger: silentLogger, ...more }, answer);
  const absent = () => Promise.reject(Object.assign(new Error('spawn ENOENT'), { code: 'ENOENT' }));

  test('forwards in user space where there is no nft, and says so', async () => {
    proxy = await start((program) => (program === 'nft' ? absent() : Promise.resolve('')));
    informers.start();
    await proxy.ready;
    expect(proxy.warnings).toEqual([expect.stringMatching(/^Services are forwarded in user space.*the program nft is not installed/u)]);
  });

  test.each([
    ['Command failed: nft --check -f x\nOperation not permitted (you must be root)\nnetlink: Error: cache initialization failed', '(Operation not permitted (you must be root))'],
    ['Command failed: nft --check -f x\n/tmp/x:3:1-4: Error: syntax error, unexpected addr\n   dnat ip addr . port\n   ^^^^', '(syntax error, unexpected addr)'],
  ])('says why where nft may not be used, or is too old', async (message, reason) => {
    proxy = await start((program) => (program === 'nft' ? Promise.reject(new Error(message)) : Promise.resolve('')));
    expect(proxy.warnings).toEqual([expect.stringContaining(reason)]);
  });

  test('says so where UDP flows cannot be ended', async () => {
    proxy = await start((program) => (program === 'conntrack' ? absent() : Promise.resolve('{"nftables":[]}')));
    informers.start();
    await proxy.ready;
    expect(proxy.warnings).toEqual([expect.stringContaining('the program conntrack is not installed')]);
  });

  test('tells once that two Services want one address, whatever else changes', async () => {
    const client = createFakeClient([
      ...['a', 'b'].map((name, index) => service(name, { clusterIP: `10.96.1.${index}`, externalIPs: ['192.0.2.9'] })),
      ...['a', 'b', 'c'].map((name) => slice(name, ['10.244.1.2'])),
    ]);
    const own = createInformers({ client });
    const told: unknown[] = [];
    const third = new Deferred();
    const logger = { ...silentLogger, warn: (fields: Readonly<Record<string, unknown>>) => {
      if (fields['service'] !== undefined) told.push(fields['service']);
      if (fields['service'] === 'default/c') third.resolve();
    } };
    proxy = await start(() => Promise.resolve('{"nftables":[]}'), { informers: own, logger });
    own.start();
    await proxy.ready;
    await client.resource(SERVICES, 'default').create(service('c', { clusterIP: '10.96.1.3', externalIPs: ['192.0.2.9'] }));
    await third.promise;
    await own.stop();
    expect(told).toEqual(['default/b', 'default/c']);
  });

  test('is never ready where it was stopped before', async () => {
    proxy = await start(() => Promise.resolve('{"nftables":[]}'));
    const { ready } = proxy;
    await proxy.stop();
    await expect(ready).rejects.toThrow('stopped');
  });
});

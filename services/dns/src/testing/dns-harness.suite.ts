import { FakeClock, silentLogger } from '@gantry/async';
import { createFakeClient, type KubeObject } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import { onTestFinished } from 'vitest';
import { openCatalog } from '../kubernetes/catalog.js';
import { reverseZone } from '../kubernetes/reverse-zones.js';
import type { Handler } from '../plugin.js';
import { chain, pluginsFor } from '../plugins.js';
import { respondWith } from '../server/respond.js';
import type { Exchange } from '../upstream/exchange.js';
import { UpstreamList, type Upstream } from '../upstream/upstreams.js';
import type { Query } from '../wire/query.js';

export interface HarnessOptions {
  readonly upstreams?: readonly Upstream[];
  readonly udp?: Exchange;
  readonly tcp?: Exchange;
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  /** Not until the test says so. */
  readonly unsynced?: boolean;
}

const noExchange: Exchange = () => Promise.reject(new Error('nothing is sent in this test'));

/** All plugins over a cluster in memory, without sockets. */
export async function dnsOver(objects: readonly KubeObject[], options: HarnessOptions = {}) {
  const client = createFakeClient(objects);
  const informers = createInformers({ client });
  const clock = new FakeClock(1_000_000);
  const stopping = new AbortController();
  const zone = { domain: 'cluster.local', address: '10.96.0.10', ttl: 5, catalog: openCatalog(informers) };
  const reverseZones = ['10.244.0.0/16', '10.96.0.0/16'].flatMap((cidr) => reverseZone(cidr) ?? []);
  const upstreams = new UpstreamList(options.upstreams ?? [], () => clock.monotonic());
  const resolver = { upstreams, udp: options.udp ?? noExchange, tcp: options.tcp ?? noExchange, clock, signal: stopping.signal };
  const handler = chain(pluginsFor({ cluster: { zone, reverseZones }, hosts: options.hosts ?? {}, resolver, clock, logger: silentLogger }));
  onTestFinished(async () => {
    stopping.abort(new Error('the test is over'));
    await informers.stop();
  });
  const sync = async () => {
    informers.start();
    await informers.waitForSync();
  };
  if (options.unsynced !== true) await sync();
  return { client, informers, clock, handler, upstreams, sync, ask: askerOf(handler) };
}

/** Resolves to the answer's bytes; undefined when none was sent. */
function askerOf(handler: Handler) {
  const respond = respondWith(handler, silentLogger);
  return async (packet: Buffer, transport: Query['transport'] = 'udp'): Promise<Buffer | undefined> => {
    let answer: Buffer | undefined;
    await respond(packet, transport, (sent) => (answer = sent));
    return answer;
  };
}

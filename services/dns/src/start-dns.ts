import { systemClock } from '@gantry/async';
import { catalogFilled, openCatalog } from './kubernetes/catalog.js';
import { reverseZone } from './kubernetes/reverse-zones.js';
import type { DnsOptions, RunningDns } from './options.js';
import { chain, pluginsFor, type PluginOptions } from './plugins.js';
import { listen, type Listening } from './server/listen.js';
import { respondWith } from './server/respond.js';
import { exchangeTcp } from './upstream/exchange-tcp.js';
import { exchangeUdp } from './upstream/exchange-udp.js';
import { parseUpstream, textOf, UpstreamList } from './upstream/upstreams.js';

const DNS_PORT = 53;

/** Seconds that clients may remember what the cluster says. */
const TTL = 5;

/**
 * Answers for the cluster's names and forwards all others. Throws a RangeError on options that make no sense. Until `ready` resolves,
 * names of the cluster fail; others are forwarded as soon as the address is bound.
 */
export function startDns(options: DnsOptions): RunningDns {
  const stopping = new AbortController();
  const handler = chain(pluginsFor(pluginOptions(options, stopping.signal)));
  const { address, port = DNS_PORT, logger, clock = systemClock } = options;
  const listening = listen({ address, port, respond: respondWith(handler, logger), clock, logger });
  const ready = becomeReady(options, listening, stopping.signal);
  // Who stops it before it is ready need not have waited for it.
  ready.catch(() => undefined);
  let bound = port;
  listening.then((sockets) => (bound = sockets.port)).catch(() => undefined);
  return {
    ready,
    get port() {
      return bound;
    },
    async stop() {
      stopping.abort(new Error('the cluster DNS was stopped'));
      await listening.then((sockets) => sockets.close()).catch(() => undefined);
    },
  };
}

async function becomeReady({ informers, address, logger }: DnsOptions, listening: Promise<Listening>, signal: AbortSignal): Promise<void> {
  const { port } = await listening;
  await catalogFilled(informers, signal);
  logger.info({ address, port }, 'the cluster DNS answers');
}

function pluginOptions(options: DnsOptions, signal: AbortSignal): PluginOptions {
  const { informers, address, hosts = {}, logger, metrics, clock = systemClock } = options;
  const domain = options.clusterDomain.toLowerCase().replace(/\.$/, '');
  const reverseZones = [options.clusterCidr, options.serviceCidr].flatMap((cidr) => reverseZone(cidr) ?? []);
  const zone = { domain, address, ttl: TTL, catalog: openCatalog(informers) };
  const upstreams = new UpstreamList(upstreamsOf(options), () => clock.monotonic());
  return { cluster: { zone, reverseZones }, hosts, resolver: { upstreams, udp: exchangeUdp, tcp: exchangeTcp, clock, signal }, clock, logger, metrics };
}

/** Asking ourselves would never end. */
function upstreamsOf({ upstreams, address, port = DNS_PORT, logger }: DnsOptions) {
  return upstreams.map(parseUpstream).filter((upstream) => {
    const isSelf = upstream.address === address && upstream.port === port;
    if (isSelf) logger.warn({ upstream: textOf(upstream) }, 'the cluster DNS is its own upstream resolver; it is left out');
    return !isSelf;
  });
}

import type { Clock, Logger } from '@gantry/async';
import type { DnsMetrics } from './metrics.js';
import type { Handler, Plugin } from './plugin.js';
import { cache } from './plugins/cache.js';
import { edns } from './plugins/edns.js';
import { errors } from './plugins/errors.js';
import { forward } from './plugins/forward.js';
import { hosts } from './plugins/hosts.js';
import { clusterNames, kubernetes, type KubernetesOptions } from './plugins/kubernetes.js';
import { loadbalance } from './plugins/loadbalance.js';
import { loop } from './plugins/loop.js';
import { prometheus } from './plugins/prometheus.js';
import { ready } from './plugins/ready.js';
import { resolveUpstream, type ResolverOptions } from './upstream/resolver.js';
import { UpstreamList } from './upstream/upstreams.js';
import { SERVER_FAILURE } from './wire/answer.js';

export interface PluginOptions {
  readonly cluster: KubernetesOptions;
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  readonly resolver: ResolverOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: DnsMetrics | undefined;
}

/**
 * In the order in which a query meets them. What the cluster says is never cached: a change is seen by the next question. The probe
 * for loops is noticed in front of the cache, which would let it wait for itself.
 */
export function pluginsFor({ cluster, hosts: entries, resolver, clock, logger, metrics }: PluginOptions): readonly Plugin[] {
  return [
    ...(metrics === undefined ? [] : [prometheus(metrics)]),
    errors(logger),
    edns,
    ready(() => cluster.zone.catalog.synced, clusterNames(cluster)),
    loadbalance(),
    kubernetes(cluster),
    hosts(entries),
    loop({ upstreams: resolver.upstreams, send: probeWith(resolver), logger }),
    cache({ clock }),
    forward(resolver),
  ];
}

/** What answers when no plugin did. */
const nobody: Handler = () => SERVER_FAILURE;

export function chain(plugins: readonly Plugin[]): Handler {
  return plugins.reduceRight((next, plugin) => plugin(next), nobody);
}

/** Asks one upstream alone, without a word about how it went. */
function probeWith(resolver: ResolverOptions): Parameters<typeof loop>[0]['send'] {
  return (upstream, query) => {
    const upstreams = new UpstreamList([upstream], resolver.clock.monotonic.bind(resolver.clock));
    resolveUpstream(query, { ...resolver, upstreams }).catch(() => undefined);
  };
}

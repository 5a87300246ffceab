import { Failpoints } from '@gantry/async';
import type { SequencedMessage } from '@gantry/bus';
import { resolveWatchMessage } from '@gantry/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdmissionChain } from './admission/chain.js';
import { createPlugins } from './admission/plugins.js';
import { ensureSystemNamespaces } from './admission/plugins/namespace-lifecycle/namespaces.js';
import { ensureBootstrapPolicy } from './bootstrap-policy/ensure.js';
import { ensureFlowControl } from './bootstrap-policy/flow-control.js';
import { ensurePriorityClasses } from './bootstrap-policy/priority-classes.js';
import { createClusterNetwork } from './cluster-network/cluster-network.js';
import type { ClusterNetwork } from './cluster-network/cluster-network.js';
import { createAccessLog } from './http/access-log.js';
import { jsonAnswer } from './http/answer.js';
import { bearerAuthenticator } from './http/authn/bearer-token.js';
import type { HeaderAuthenticator } from './http/authn/bearer-token.js';
import { createAuthorizer } from './http/authz/authorizer.js';
import { serveOnBus } from './http/bus-server.js';
import { RequestChain } from './http/chain.js';
import { discoveryEndpoints } from './http/discovery/endpoints.js';
import { discoveredGroups, openApiResources } from './http/discovery/served.js';
import type { DiscoveredGroup } from './http/discovery/served.js';
import { healthEndpoints } from './http/health.js';
import type { HealthCheck } from './http/health.js';
import { openApiEndpoints } from './http/openapi.js';
import { PathEndpoints } from './http/path-endpoints.js';
import type { PathEndpoint } from './http/path-endpoints.js';
import { Routes } from './http/routes.js';
import { listenHttps } from './http/server.js';
import { versionInfo } from './http/version.js';
import { createJoin } from './join/join.js';
import type { Join } from './join/join.js';
import { createApiMetrics, healthMetricsEndpoint, metricsEndpoint } from './metrics/api-metrics.js';
import type { ApiMetrics } from './metrics/api-metrics.js';
import { measureCaches } from './metrics/cache-metrics.js';
import { measuredStorage } from './metrics/measured-storage.js';
import { defaultLimits } from './options.js';
import type { ApiLimits, ApiOptions, RunningApi } from './options.js';
import type { RegistryEnvironment } from './registry/environment.js';
import { createSeal } from './registry/seal.js';
import type { Seal } from './registry/seal.js';
import { createReviews } from './reviews/reviews.js';
import { bindResources, cacheOptions, openerOf } from './resources.js';
import { issuerEndpoints } from './service-accounts/discovery.js';
import { pluginReaders, serviceAccountParts } from './service-accounts/parts.js';
import type { ServiceAccountTokens } from './service-accounts/service-account-tokens.js';
import { Starter } from './starter.js';
import { createKubeletStreams } from './streams/kubelet-streams.js';
import { createSessionCounter } from './streams/stream-metrics.js';
import { serveTunnel } from './streams/tunnel.js';
import { createSubresources } from './subresources/subresources.js';
import { OpenWatches } from './verbs/open-watches.js';
import { WatchCache } from './watch-cache/watch-cache.js';

/** Starts the API: on its HTTPS port and on the bus, at once; it becomes ready when the store has answered. */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { bus, logger, listen, tls } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const { chain, authenticate, metrics, watchCache, network, join, starter } = compose(measured(options), limits);
  const server = await listenHttps({ ...limits, listen, tls, chain, authenticate, access: metrics?.access, logger });
  const busServer = serveOnBus(bus, chain, limits.bodyBytes);
  const joinServer = join.serve();
  const tunnel = serveTunnel({ bus, host: listen.host, port: server.port, logger });
  starter.start();
  logger.info({ port: server.port }, 'The API is listening');
  const stop = once(async () => {
    starter.announceStop();
    await sleep(limits.shutdownDelayMs);
    const serving = server.stop(limits.stopPatienceMs);
    watchCache.endWatches();
    await Promise.all([busServer.close(), joinServer.close(), serving]);
    starter.stop();
    await network.stop();
    await tunnel.close();
    await watchCache.stop();
  });
  return { port: server.port, ready: starter.ready, compareCaches: () => watchCache.comparison.compareAll(), stop };
}

interface Parts {
  readonly chain: RequestChain;
  readonly authenticate: HeaderAuthenticator;
  readonly metrics: ApiMetrics | undefined;
  readonly watchCache: WatchCache;
  readonly network: ClusterNetwork;
  readonly join: Join;
  readonly starter: Starter;
}

function measured(options: ApiOptions): ApiOptions {
  return options.metrics === undefined ? options : { ...options, storage: measuredStorage(options.storage, options.metrics) };
}

/** The parts, put together; nothing runs yet. */
function compose(options: ApiOptions, limits: ApiLimits): Parts {
  const { storage, logger } = options;
  const { kinds } = options.kinds;
  const seal = createSeal(options.encryptionKey);
  const watchCache = createWatchCache(options, limits, seal);
  const resources = bindResources(kinds, watchCache);
  const metrics = options.metrics && createApiMetrics(options.metrics);
  if (options.metrics) measureCaches(options.metrics, watchCache, resources);
  const accounts = serviceAccountParts(options, resources, () => env);
  const { authorizer, policy } = createAuthorizer(resources);
  const admission = new AdmissionChain(createPlugins({ ...pluginReaders(resources, accounts, () => env), escalation: { authorizer, policy } }));
  const join = createJoin(options, resources, () => env, () => starter.isReady);
  const network = createClusterNetwork(options, resources, Date.now);
  const env: RegistryEnvironment = { storage, watchCache, seal, admission, claimers: new Map([...network.claimers, ...join.claimers]), now: Date.now, openWatches: new OpenWatches(limits), failpoints: options.failpoints ?? new Failpoints() };
  const subresources = createSubresources({ kubelets: createKubeletStreams(options.bus, logger), countSession: createSessionCounter(options.metrics), logger, resources, ...accounts });
  const { tokens } = accounts;
  const reviews = createReviews(tokens, authorizer);
  const starter = new Starter(async () => {
    await watchCache.start();
    await Promise.all([ensureSystemNamespaces(env, resources), ensureBootstrapPolicy(env, resources), ensureFlowControl(env, resources), ensurePriorityClasses(env, resources)]);
    await network.start(env);
  }, logger);
  const isReady = (): boolean => starter.isReady;
  const routes = new Routes(resources, subresources, reviews, env.now);
  const groups = discoveredGroups(kinds, subresources, reviews);
  const endpoints = new PathEndpoints(pathEndpoints(options, groups, tokens, env, starter));
  return { chain: new RequestChain({ env, limits, authorizer, routes, endpoints, isReady, metrics, logger, accessLog: createAccessLog(logger) }), authenticate: bearerAuthenticator(tokens, logger), metrics, watchCache, network, join, starter };
}

function createWatchCache({ bus, storage, logger, kinds: { kinds }, failpoints, onCacheDifference }: ApiOptions, limits: ApiLimits, seal: Seal): WatchCache {
  return new WatchCache({
    bus, storage, logger, failpoints,
    comparison: { intervalMs: limits.comparisonIntervalMs, everyChanges: limits.comparisonChanges, keys: limits.comparisonKeys, onDifference: onCacheDifference },
    decode: ({ sequence, headers, data }: SequencedMessage) => resolveWatchMessage(storage, sequence, headers, data),
    open: openerOf(kinds, seal),
    resources: cacheOptions(kinds, limits),
    freshnessTimeoutMs: limits.freshnessTimeoutMs,
  });
}

function pathEndpoints(options: ApiOptions, groups: readonly DiscoveredGroup[], tokens: ServiceAccountTokens | undefined, env: RegistryEnvironment, starter: Starter): Record<string, PathEndpoint> {
  const version = versionInfo(options.serverVersion);
  const ping = { name: 'ping', check: () => undefined };
  const checks = readinessChecks(env, starter);
  const endpoints: Record<string, PathEndpoint> = {
    ...discoveryEndpoints(groups, options.publicAddress),
    ...openApiEndpoints(openApiResources(groups), options.serverVersion.gitVersion),
    ...healthEndpoints({ livez: [ping], readyz: [ping, ...checks] }),
    ...(tokens === undefined ? {} : issuerEndpoints(tokens, options.publicAddress)),
    ...(options.metrics && { '/metrics': metricsEndpoint(options.metrics), '/metrics/slis': healthMetricsEndpoint([ping, ...checks]) }),
    '/version': () => jsonAnswer(200, version),
  };
  const paths = Object.keys(endpoints).filter((path) => !path.endsWith('*')).sort();
  return { ...endpoints, '/': () => jsonAnswer(200, { paths }) };
}

/** Upstream's names, by which probes leave checks out. */
function readinessChecks({ storage }: RegistryEnvironment, starter: Starter): HealthCheck[] {
  const held = (isWell: boolean, reason: string): unknown => (isWell ? undefined : Promise.reject(new Error(reason)));
  return [
    { name: 'etcd', check: () => storage.currentRevision({ signal: AbortSignal.timeout(2_000) }) },
    { name: 'informer-sync', check: () => held(starter.isReady, 'not filled yet') },
    { name: 'shutdown', check: () => held(!starter.isStopping, 'process is shutting down') },
  ];
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}

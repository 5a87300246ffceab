import { readFile } from 'node:fs/promises';
import { parseQuantity } from '@gantry/apimachinery';
import type { ContainerRuntime, Version } from '@gantry/container-runtime';
import type { EventContent, EventRecorder, RunningController } from '@gantry/controller';
import { createEventRecorder, perItemExponential, runController, WorkQueue } from '@gantry/controller';
import { createWatchedObjects } from './environment/watched-objects.js';
import { imageGarbageLoop } from './images/image-garbage.js';
import { createImagePuller } from './images/image-puller.js';
import { pullSecretsOf } from './images/pull-secrets.js';
import { createKubeletMetrics } from './metrics/kubelet-metrics.js';
import type { KubeletMetrics } from './metrics/kubelet-metrics.js';
import { measuredRuntime } from './metrics/measured-runtime.js';
import { nodePages } from './metrics/node-pages.js';
import { ProbeCounts } from './metrics/probe-counts.js';
import type { MachineSize } from './metrics/usage-families.js';
import type { PodNetwork } from './network/pod-network.js';
import { startPendingNetwork } from './network/pending-network.js';
import type { PendingNetwork } from './network/pending-network.js';
import { startNodeReporter } from './node/node-reporter.js';
import type { NodeReporter } from './node/node-reporter.js';
import type { NodeCapacity } from './node/node-object.js';
import { resolveOptions } from './options.js';
import type { KubeletOptions, ResolvedOptions } from './options.js';
import { endPods } from './pod-worker/end-pods.js';
import type { WorkerDependencies } from './pod-worker/dependencies.js';
import { PodRunner } from './pod-worker/pod-runner.js';
import { createHookRunner } from './pod-worker/lifecycle-hook.js';
import { createPostStart } from './pod-worker/post-start.js';
import { createStopper } from './pod-worker/stopper.js';
import { createPodFiles, noPodFiles } from './pods/pod-files.js';
import { startPodSource } from './pods/pod-source.js';
import type { PodSource } from './pods/pod-source.js';
import { identityOf, isHostNetwork, podReference } from './pods/pod.js';
import type { Pod } from './pods/pod.js';
import { relistLoop } from './pods/relist.js';
import { askContainers, askHollow } from './probes/ask-container.js';
import { httpGet } from './probes/http-get.js';
import type { HttpGet } from './probes/http-get.js';
import { createProber } from './probes/prober.js';
import { Allocations } from './resize/allocations.js';
import { createStatusWriter } from './status/status-writer.js';
import { serveStreams } from './streams/stream-server.js';
import { createPodVolumes, noPodVolumes } from './volumes/pod-volumes.js';
import { createServiceAccountTokens } from './volumes/service-account-tokens.js';

export interface Kubelet {
  /** Resolves when the node is registered and its pods are known; its pod network may still be to come, see the condition Ready. */
  readonly ready: Promise<void>;
  /**
   * Ends the kubelet; containers run on and are adopted by the next one. With `endPods` they are ended with their grace, the
   * objects stay, and the next kubelet starts them again.
   */
  stop(options?: StopOptions): Promise<void>;
  /** The node has another part of its machine from now on: it says so at once. */
  resize(capacity: NodeCapacity): void;
}

export interface StopOptions {
  readonly endPods?: boolean;
  /** Says first that the node shuts down, so that nothing is sent to its pods while they end. */
  readonly tell?: boolean;
}

/** Milliseconds between looks at a pod whose last ones failed. */
const FIRST_RETRY = 50;
const LONGEST_RETRY = 10_000;
/** Milliseconds until a container that could not be stopped is looked at again. */
const RETRY_STOP = 1000;

/** Starts a node's kubelet. Rejects where the runtime does not answer. */
export async function startKubelet(given: KubeletOptions): Promise<Kubelet> {
  const metrics = given.metrics && createKubeletMetrics(given.metrics);
  const options = measured(resolveOptions(given), metrics);
  const { clock, logger, runtime } = options;
  const version = await runtime.version();
  const queue = new WorkQueue({ clock, rateLimiter: perItemExponential(FIRST_RETRY, LONGEST_RETRY) });
  const poke = (uid: string): void => queue.add(uid);
  const recorder = createEventRecorder({ client: options.client, component: 'kubelet', host: options.nodeName, clock, logger });
  const source = startPodSource({ client: options.client, nodeName: options.nodeName, cache: options.pods, clock, logger, changed: poke });
  const stopping = new AbortController();
  const reporter: NodeReporter = startNodeReporter({ client: options.client, runtime, clock, logger, facts: { ...options, name: options.nodeName }, heartbeat: options.heartbeat, networkProblem: () => network?.problem });
  const network = pendingNetwork(options, reporter, stopping.signal);
  const probes = new ProbeCounts(() => source.all());
  let { capacity } = options;
  const deps = await dependencies({ ...options, network }, version, source, recorder, queue, { metrics, probes, capacity: () => capacity });
  const readPage = nodePages({ nodeName: options.nodeName, runtime, pods: () => source.all(), machine: () => machineSize(capacity), probes, metrics: options.metrics, now: () => clock.now() });
  const streams = serveStreams({ bus: options.bus, nodeName: options.nodeName, runtime, clock, logger, readPage, findPod: source.find.bind(source), addressOf: addressesOf(options, version, network) });
  const workers = startWorkers(options, deps, network?.ready, source, queue, poke);
  const ofNode = { apiVersion: 'v1', kind: 'Node', name: options.nodeName, uid: options.nodeName };
  const garbage = imageGarbageLoop({ runtime, settings: options.imageGarbage, clock, logger, event: (content) => recorder.event(ofNode, content) }, stopping.signal);
  const ready = Promise.all([reporter.registered, source.synced]).then(() => undefined);
  ready.catch(() => undefined);
  let stopped: Promise<void> | undefined;
  const stop = async (how: StopOptions): Promise<void> => {
    stopping.abort();
    await Promise.all([reporter.stop(how.tell), streams.stop(), workers.stop(), garbage]);
    if (how.endPods === true) await endPods(deps, source.all());
    await deps.sources.stop();
    await recorder.stop();
  };
  const resize = (changed: NodeCapacity): void => {
    reporter.resize((capacity = changed));
    deps.allocations.retryDeferred();
  };
  return { ready, stop: (how = {}) => (stopped ??= stop(how)), resize };
}

function measured(options: ResolvedOptions, metrics: KubeletMetrics | undefined): ResolvedOptions {
  return metrics === undefined ? options : { ...options, runtime: measuredRuntime(options.runtime, metrics) };
}

function machineSize({ cpu, memory }: NodeCapacity): MachineSize {
  return { cpus: parseQuantity(cpu).toNumber(), memoryBytes: parseQuantity(memory).toNumber() };
}

/** The node is not ready before its network, and tells at once when that has changed. */
function pendingNetwork({ network: make, clock, logger }: ResolvedOptions, reporter: NodeReporter, signal: AbortSignal): PendingNetwork | undefined {
  return make === undefined ? undefined : startPendingNetwork({ make, registered: reporter.registered, clock, logger, changed: () => reporter.poke(), signal });
}

/** What a pod is dialled at; the address in its status is whatever was last written there. */
function addressesOf({ addresses }: ResolvedOptions, { runtimeName }: Version, network: PendingNetwork | undefined): (pod: Pod) => string | undefined {
  const own = addresses.find(({ type }) => type === 'InternalIP')?.address;
  if (runtimeName === 'hollow') return () => undefined;
  return (pod) => (isHostNetwork(pod) ? own : network === undefined ? pod.status?.podIP : network.addressOf(identityOf(pod).uid));
}

interface Workers {
  stop(): Promise<void>;
}

/**
 * No pod is touched before the first list: what the API does not have must not run again, and what it has must not be ended. Nor before
 * the pod network is there, for a sandbox could not be plugged in, nor before the Services are known: a container would miss their
 * variables for life.
 */
function startWorkers(options: ResolvedOptions, deps: WorkerDependencies, network: Promise<void> | undefined, source: PodSource, queue: WorkQueue, poke: (uid: string) => void): Workers {
  const { clock, logger, runtime } = options;
  const stopping = new AbortController();
  const runner = new PodRunner(deps);
  let controller: RunningController | undefined;
  const loop = Promise.all([source.synced, network, options.services?.waitForSync(stopping.signal)]).then(async () => {
    if (stopping.signal.aborted) return;
    await forgetFormer(deps, source, runtime).catch((error: unknown) => logger.warn({ error: String(error) }, 'what is left of former pods could not be cleared away'));
    if (stopping.signal.aborted) return;
    controller = runController({ name: 'pods', queue, concurrency: options.concurrency, clock, logger, reconcile: async (uid) => runner.reconcile(uid) });
    runtime.events((event) => poke(event.podUid), stopping.signal);
    await relistLoop({ runtime, clock, logger, changed: poke }, stopping.signal);
  }, () => undefined);
  return {
    async stop() {
      stopping.abort();
      await source.stop();
      await loop;
      await controller?.stop();
      await queue.shutDown();
      deps.prober.stop();
      deps.postStart.stop();
    },
  };
}

/** Addresses and directories of pods that neither the API nor the runtime has any more, and commands that nobody listens to. */
async function forgetFormer(deps: WorkerDependencies, source: PodSource, runtime: ContainerRuntime): Promise<void> {
  const sandboxes = await runtime.listSandboxes();
  const present = new Set([...source.all().map((pod) => pod.metadata?.uid ?? ''), ...sandboxes.map(({ metadata }) => metadata.uid)]);
  await deps.network?.retain(present);
  await deps.volumes.retain(present);
  await deps.files.retain(present);
  await runtime.endCommands();
}

async function dependencies(options: Omit<ResolvedOptions, 'network'> & { network: PodNetwork | undefined }, version: Version, source: PodSource, recorder: EventRecorder, queue: WorkQueue, { metrics, probes, capacity: capacityNow }: { metrics: KubeletMetrics | undefined; probes: ProbeCounts; capacity: () => NodeCapacity }): Promise<WorkerDependencies> {
  const { client, runtime, nodeName, clock, logger, network, capacity } = options;
  const hasFiles = version.runtimeName !== 'hollow';
  const sources = createWatchedObjects({ client, clock, logger, volumes: hasFiles, changed: (uid) => queue.add(uid) });
  if (hasFiles && network === undefined) logger.warn({}, 'there is no pod network on this node: pods have the addresses that the runtime gives them, if any');
  const settled = (uid: string, well = true): void => (well ? queue.add(uid) : queue.addAfter(uid, RETRY_STOP));
  const event: WorkerDependencies['event'] = (reference, content) => recorder.event(reference, content);
  const ofContainer = (pod: Pod, container: string, content: EventContent): void => event(podReference(pod, container), content);
  const files = hasFiles ? createPodFiles(options.dataDir) : noPodFiles;
  const node = {
    hostIps: options.addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
    allocatable: { cpu: capacity.cpu, memory: capacity.memory },
    memoryCapacity: parseQuantity(capacity.memory).toNumber(),
  };
  const runHook = createHookRunner({ runtime, clock, httpGet: hasFiles ? httpGet : hollowGet });
  const stopper = createStopper({ runtime, runHook, clock, logger, settled });
  const postStart = createPostStart({ runHook, stopper, event, changed: (uid) => queue.add(uid) });
  return {
    client, runtime, nodeName, clock, logger, source, network, event, hasFiles, metrics,
    runtimeName: version.runtimeName,
    status: createStatusWriter(client),
    puller: createImagePuller({ runtime, clock, event: ofContainer, settled, parallelPulls: options.maxParallelImagePulls, pullSecrets: (pod) => pullSecretsOf(pod, sources.secret.bind(sources), (content) => event(podReference(pod), content)) }),
    stopper, postStart,
    allocations: new Allocations({ pods: () => source.all(), capacity: capacityNow, event, changed: (uid) => queue.add(uid) }),
    prober: createProber({ ask: hasFiles ? askContainers(runtime) : askHollow(runtime), clock, event, asked: probes.asked.bind(probes), changed: (uid) => queue.add(uid) }),
    files,
    sources,
    volumes: hasFiles ? createPodVolumes({ ...node, dataDir: options.dataDir, files, sources, nodeName, forbidden: [options.dataDir, ...options.forbiddenPaths], machineRoot: options.machineRoot, tokens: createServiceAccountTokens({ client, clock, logger }), clock, logger }) : noPodVolumes,
    services: () => options.services?.lister.list() ?? [],
    ...node,
    dns: { nodeResolvConf: await nodeFile(options.resolvConfPath), clusterDns: options.clusterDns, clusterDomain: options.clusterDomain },
    nodeHosts: await nodeFile(options.hostsPath),
  };
}

/** Nobody listens where there are no processes. */
const hollowGet: HttpGet = async () => ({ status: 200, body: '', leadsAway: false });

function nodeFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

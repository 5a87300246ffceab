import type { coreV1 } from '@gantry/api-types';
import { Semaphore } from '@gantry/async';
import type { Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { PODS } from '@gantry/client';
import type { Client } from '@gantry/client';
import { createHollowRuntime } from '@gantry/container-runtime';
import { createInformer, followSource } from '@gantry/informer';
import { startKubelet } from '../kubelet.js';
import type { Kubelet } from '../kubelet.js';
import type { NodeCapacity } from '../node/node-object.js';
import { PodsByNode } from './pods-by-node.js';

export interface HollowNodesOptions {
  readonly names: readonly string[];
  readonly bus: Bus;
  /** May list all pods. */
  readonly client: Client;
  /** With a node's own identity. */
  readonly clientOf: (nodeName: string) => Client;
  readonly capacity: NodeCapacity;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly coreV1.Taint[];
  readonly kubeletVersion: string;
  readonly logger: Logger;
}

export interface HollowNodes {
  /** Resolves when all are registered. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/** Kubelets that register or stop at once. */
const AT_ONCE = 32;
/** Milliseconds, from and to: one may be missed before a node counts as lost; no two of these many stay in step. */
const HEARTBEAT = { from: 12_000, to: 18_000 };

/** Nodes whose pods exist in their status alone, all in this process: one cache of pods, one kubelet each. */
export function startHollowNodes(options: HollowNodesOptions): HollowNodes {
  const { client, bus, logger } = options;
  const informer = createInformer<coreV1.Pod>({ name: 'pods', source: followSource<coreV1.Pod>({ bus, client, reference: PODS }), logger });
  const pods = new PodsByNode(informer);
  informer.start();
  const kubelets: Kubelet[] = [];
  const gate = new Semaphore(AT_ONCE);
  let stopping = false;
  const start = async (name: string, index: number): Promise<void> => {
    if (stopping) return;
    const kubelet = await startOne(options, pods, name, index);
    kubelets.push(kubelet);
    await kubelet.ready;
  };
  const started = Promise.allSettled(options.names.map((name, index) => gate.run(() => start(name, index))));
  const ready = started.then((results) => void results.forEach((result) => result.status === 'rejected' && fail(result.reason)));
  ready.catch(() => undefined);
  return {
    ready,
    async stop() {
      stopping = true;
      const stopAll = async (): Promise<void> => void (await Promise.all(kubelets.map((kubelet) => gate.run(() => kubelet.stop()))));
      await stopAll();
      await started;
      await stopAll();
      pods.close();
      await informer.stop();
    },
  };
}

function fail(reason: unknown): never {
  throw reason;
}

function startOne(options: HollowNodesOptions, pods: PodsByNode, name: string, index: number): Promise<Kubelet> {
  const { bus, clientOf, capacity, labels, taints, kubeletVersion, logger } = options;
  const podCidr = rangeOf(index);
  return startKubelet({
    client: clientOf(name), bus, capacity, labels, taints, kubeletVersion, podCidr,
    runtime: createHollowRuntime({ podCidr }),
    nodeName: name,
    dataDir: '/nonexistent',
    network: undefined,
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }, { type: 'Hostname', address: name }],
    heartbeat: HEARTBEAT.from + Math.random() * (HEARTBEAT.to - HEARTBEAT.from),
    pods: pods.of(name),
    logger: logger.child({ node: name }),
  });
}

/** Of the block that is reserved for nobody's use: no pod's real address is one of these, and no range of the cluster is used up. */
function rangeOf(index: number): string {
  return `240.${Math.floor(index / 256)}.${index % 256}.0/24`;
}

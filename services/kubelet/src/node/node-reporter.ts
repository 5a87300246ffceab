import type { coordinationV1, coreV1 } from '@gantry/api-types';
import { deepEqual, isAlreadyExists, isNotFound } from '@gantry/apimachinery';
import type { Clock, Logger } from '@gantry/async';
import { anySignal, delay } from '@gantry/async';
import type { Client } from '@gantry/client';
import { LEASES, NODES } from '@gantry/client';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { formatMicroTime } from '@gantry/controller';
import { diskSize } from './disk-size.js';
import { newNode, nodeConditions, nodeLabels, nodeStatus } from './node-object.js';
import type { NodeCapacity, NodeFacts } from './node-object.js';

/** Milliseconds after which a status is written although nothing in it changed. */
const STATUS_EVERY = 300_000;
const LEASE_SECONDS = 40;
const LEASE_NAMESPACE = 'kube-node-lease';
/** Milliseconds until a failed heartbeat is tried again. */
const RETRY = 1000;
/** What a node that shuts down says, and how long it tries to (milliseconds). */
const SHUTTING_DOWN = 'node is shutting down';
const LAST_WORDS = 3000;

export interface NodeReporterOptions {
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly facts: NodeFacts;
  /** Milliseconds between looks at the node and renewals of its lease. */
  readonly heartbeat: number;
  /** Why pods cannot be plugged in; undefined when they can. */
  readonly networkProblem: () => string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface NodeReporter {
  /** Resolves when the node is registered and its first status and lease are written; rejects only when `signal` aborts first. */
  readonly registered: Promise<void>;
  /** Looks at the node at once: something about it has changed. */
  poke(): void;
  /** The node has another capacity, which is told at once. */
  resize(capacity: NodeCapacity): void;
  /** `tell`: that the node shuts down, where the API can still be told. */
  stop(tell?: boolean): Promise<void>;
}

/** Keeps the Node object, its status and its lease. */
export function startNodeReporter(options: NodeReporterOptions): NodeReporter {
  const stopping = new AbortController();
  const reporter = new Reporter(options, stopping.signal);
  const registered = reporter.first();
  const ended = registered.then(() => reporter.loop(), () => undefined);
  return {
    registered,
    poke: () => reporter.poke(),
    resize: (capacity) => reporter.resize(capacity),
    async stop(tell = false) {
      stopping.abort();
      await ended;
      if (tell) await reporter.last();
    },
  };
}

class Reporter {
  #lastStatusAt = 0;
  #lastStatus: coreV1.NodeStatus | undefined;
  #statusVersion: string | undefined;
  #node: coreV1.Node | undefined;
  #poked = false;
  #waiting: AbortController | undefined;
  #facts: NodeFacts;
  #diskSize: string | undefined;

  constructor(
    private readonly options: NodeReporterOptions,
    private readonly signal: AbortSignal,
  ) {
    this.#facts = options.facts;
  }

  async first(): Promise<void> {
    while (!(await this.#beat())) await delay(this.options.clock, RETRY, this.signal);
  }

  async loop(): Promise<void> {
    const { heartbeat } = this.options;
    let wait = heartbeat;
    while (!this.signal.aborted) {
      await this.#wait(wait);
      if (this.signal.aborted) return;
      wait = (await this.#beat()) ? heartbeat : RETRY;
    }
  }

  resize(capacity: NodeCapacity): void {
    this.#facts = { ...this.#facts, capacity };
    this.poke();
  }

  /** A node that was never registered has nothing to say. */
  async last(): Promise<void> {
    const node = this.#node;
    if (node === undefined) return;
    const { client, clock, logger } = this.options;
    const conditions = nodeConditions(node.status ?? {}, [SHUTTING_DOWN], clock.now());
    const options = { subresource: 'status', signal: AbortSignal.timeout(LAST_WORDS) };
    await client.resource(NODES).patch(this.#facts.name, 'application/merge-patch+json', { status: { conditions } }, options).catch((error: unknown) => {
      logger.warn({ error: String(error) }, 'nobody could be told that the node shuts down');
    });
  }

  poke(): void {
    this.#poked = true;
    this.#waiting?.abort();
  }

  /** Until it is time, or somebody pokes or has poked during the last beat. */
  async #wait(milliseconds: number): Promise<void> {
    this.#waiting = new AbortController();
    const signal = anySignal([this.signal, this.#waiting.signal]);
    if (!this.#poked) await delay(this.options.clock, milliseconds, signal.signal).catch(() => undefined);
    signal.dispose();
    this.#poked = false;
  }

  /** Whether all of it was written. */
  async #beat(): Promise<boolean> {
    try {
      await this.#writeStatus(await this.#register());
      await this.#renewLease();
      return true;
    } catch (error) {
      if (!this.signal.aborted) this.options.logger.warn({ error: String(error) }, 'the node could not be reported');
      return false;
    }
  }

  /** The Node with our labels: read, mended or made. */
  async #register(): Promise<coreV1.Node> {
    const { name } = this.#facts;
    const nodes = this.options.client.resource(NODES);
    const labels = nodeLabels(this.#facts);
    const present = await existing(() => nodes.get(name, { signal: this.signal }));
    if (present === undefined) return nodes.create(newNode(this.#facts), { signal: this.signal });
    const missing = Object.entries(labels).filter(([key, value]) => present.metadata?.labels?.[key] !== value);
    if (missing.length === 0) return present;
    return nodes.patch(name, 'application/merge-patch+json', { metadata: { labels: Object.fromEntries(missing) } }, { signal: this.signal });
  }

  async #writeStatus(node: coreV1.Node): Promise<void> {
    const now = this.options.clock.now();
    const status = await this.#status(node, now);
    this.#node = node;
    if (now - this.#lastStatusAt < STATUS_EVERY && this.#isKnown(status, node)) return;
    const nodes = this.options.client.resource(NODES);
    this.#node = await nodes.patch(this.#facts.name, 'application/merge-patch+json', { status }, { subresource: 'status', signal: this.signal });
    this.#lastStatusAt = now;
    this.#lastStatus = status;
    this.#statusVersion = this.#node.metadata?.resourceVersion;
  }

  /** As the server has it, or as it was written: a server may store a status in words of its own. */
  #isKnown(status: coreV1.NodeStatus, node: coreV1.Node): boolean {
    if (deepEqual(lasting(status), lasting(node.status ?? {}))) return true;
    const sameObject = this.#statusVersion === node.metadata?.resourceVersion;
    return sameObject && this.#lastStatus !== undefined && deepEqual(lasting(status), lasting(this.#lastStatus));
  }

  async #status(node: coreV1.Node, now: number): Promise<coreV1.NodeStatus> {
    const { runtime, networkProblem } = this.options;
    const [version, images] = await Promise.all([runtime.version().catch(() => undefined), runtime.listImages().catch(() => [])]);
    this.#diskSize ??= await diskSize(this.#facts.dataDir);
    return nodeStatus({ facts: this.#facts, diskSize: this.#diskSize, previous: node.status ?? {}, runtime: version, networkProblem: networkProblem(), images, now });
  }

  async #renewLease(): Promise<void> {
    const { client, clock } = this.options;
    const { name } = this.#facts;
    const leases = client.resource(LEASES, LEASE_NAMESPACE);
    const renewTime = formatMicroTime(clock.now());
    const spec: coordinationV1.LeaseSpec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    try {
      await leases.patch(name, 'application/merge-patch+json', { spec }, { signal: this.signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await leases.create(this.#newLease(spec), { signal: this.signal }).catch(ignoreExisting);
    }
  }

  #newLease(spec: coordinationV1.LeaseSpec): coordinationV1.Lease {
    const { name } = this.#facts;
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid: this.#node?.metadata?.uid ?? '' };
    return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: LEASE_NAMESPACE, ownerReferences: [owner] }, spec };
  }
}

function ignoreExisting(error: unknown): void {
  if (!isAlreadyExists(error)) throw error;
}

/** Heartbeats change every time and are no reason to write. */
function lasting(status: coreV1.NodeStatus): unknown {
  return { ...status, conditions: (status.conditions ?? []).map((condition) => ({ ...condition, lastHeartbeatTime: '' })) };
}

async function existing<T>(get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

import { isExpired, isGone } from '@gantry/apimachinery';
import type { Clock, Logger } from '@gantry/async';
import { Backoff, delay } from '@gantry/async';
import type { Client } from '@gantry/client';
import { PODS } from '@gantry/client';
import type { Pod } from './pod.js';

export interface PodSourceOptions {
  readonly client: Client;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Something changed about the pod of this uid. */
  readonly changed: (uid: string) => void;
}

/**
 * The pods that the API has for this node. Its lists are consistent reads (no resourceVersion given): a kubelet that starts
 * from a stale cache could see, and run again, a pod that was deleted while it was down.
 */
export interface PodSource {
  get(uid: string): Pod | undefined;
  all(): readonly Pod[];
  find(namespace: string, name: string): Pod | undefined;
  /** A newer object than the watch has brought yet, such as the answer of a write; an older one is ignored. */
  observe(pod: Pod): void;
  /** Resolves after the first list. */
  readonly synced: Promise<void>;
  stop(): Promise<void>;
}

const RETRY = { initial: 500, cap: 10_000 };

export function startPodSource(options: PodSourceOptions): PodSource {
  const source = new Source(options);
  return source;
}

class Source implements PodSource {
  readonly synced: Promise<void>;
  readonly #pods = new Map<string, Pod>();
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;

  constructor(private readonly options: PodSourceOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#ended = this.#follow(resolve);
  }

  get(uid: string): Pod | undefined {
    return this.#pods.get(uid);
  }

  all(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  find(namespace: string, name: string): Pod | undefined {
    return this.all().find(({ metadata }) => metadata?.namespace === namespace && metadata.name === name);
  }

  observe(pod: Pod): void {
    const uid = pod.metadata?.uid ?? '';
    const present = this.#pods.get(uid);
    if (present !== undefined && versionOf(present) < versionOf(pod)) this.#pods.set(uid, pod);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #follow(listed: () => void): Promise<void> {
    const backoff = new Backoff(RETRY);
    const { signal } = this.#stopping;
    let resourceVersion: string | undefined;
    while (!signal.aborted) {
      try {
        resourceVersion ??= await this.#list();
        listed();
        backoff.reset();
        resourceVersion = await this.#watch(resourceVersion);
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error) || isGone(error)) resourceVersion = undefined;
        this.options.logger.debug({ error: String(error) }, 'following the pods of this node was interrupted');
        await delay(this.options.clock, backoff.next(), signal).catch(() => undefined);
      }
    }
  }

  async #list(): Promise<string> {
    const list = await this.options.client.resource<Pod>(PODS).list({ fieldSelector: this.#selector, signal: this.#stopping.signal });
    const listed = new Set(list.items.map((pod) => pod.metadata?.uid ?? ''));
    for (const uid of [...this.#pods.keys()]) if (!listed.has(uid)) this.#remove(uid);
    for (const pod of list.items) this.#set(pod);
    return list.metadata.resourceVersion ?? '';
  }

  /** Resolves to where the next watch goes on. */
  async #watch(from: string): Promise<string> {
    let resourceVersion = from;
    const query = { fieldSelector: this.#selector, resourceVersion, signal: this.#stopping.signal };
    for await (const event of this.options.client.resource<Pod>(PODS).watch(query)) {
      resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion;
      if (event.type === 'DELETED') this.#remove(event.object.metadata?.uid ?? '');
      else if (event.type !== 'BOOKMARK') this.#set(event.object);
    }
    return resourceVersion;
  }

  get #selector(): string {
    return `spec.nodeName=${this.options.nodeName}`;
  }

  /** Never back in time: an answer of our own write can be ahead of the watch. */
  #set(pod: Pod): void {
    const uid = pod.metadata?.uid ?? '';
    const present = this.#pods.get(uid);
    if (present === undefined || versionOf(present) <= versionOf(pod)) this.#pods.set(uid, pod);
    this.options.changed(uid);
  }

  #remove(uid: string): void {
    if (this.#pods.delete(uid)) this.options.changed(uid);
  }
}

function versionOf(pod: Pod): number {
  return Number(pod.metadata?.resourceVersion ?? 0);
}

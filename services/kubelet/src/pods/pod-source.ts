import type { Clock, Logger } from '@gantry/async';
import type { Client } from '@gantry/client';
import { PODS } from '@gantry/client';
import { createInformer, listWatchSource, revisionOf } from '@gantry/informer';
import type { Informer } from '@gantry/informer';
import type { Pod } from './pod.js';

/** What a kubelet asks of a cache of pods. */
export interface PodCache extends Pick<Informer<Pod>, 'addHandler' | 'addIndexes' | 'start' | 'waitForSync' | 'stop'> {
  readonly lister: Pick<Informer<Pod>['lister'], 'get' | 'list' | 'byIndex'>;
}

export interface PodSourceOptions {
  readonly client: Client;
  readonly nodeName: string;
  /** The node's pods; made where not given. */
  readonly cache?: PodCache;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Something changed about the pod of this uid. */
  readonly changed: (uid: string) => void;
}

/**
 * The pods that the API has for this node. The informer's lists are consistent reads (no resourceVersion given): a kubelet that
 * starts from a stale cache could see, and run again, a pod that was deleted while it was down.
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

const UID_INDEX = 'uid';

export function startPodSource(options: PodSourceOptions): PodSource {
  const cache = options.cache ?? ownCache(options);
  cache.addIndexes({ [UID_INDEX]: ({ metadata }) => (metadata?.uid === undefined ? [] : [metadata.uid]) });
  const source = new Source(cache, options.changed);
  cache.start();
  return source;
}

function ownCache({ client, clock, logger, nodeName }: PodSourceOptions): PodCache {
  const source = listWatchSource<Pod>({ client, reference: PODS, fieldSelector: `spec.nodeName=${nodeName}` });
  return createInformer<Pod>({ name: 'pods', source, clock, logger });
}

class Source implements PodSource {
  readonly synced: Promise<void>;
  /** Answers of writes that the watch has not brought yet. */
  readonly #ahead = new Map<string, Pod>();

  constructor(
    private readonly informer: PodCache,
    changed: (uid: string) => void,
  ) {
    const tell = (pod: Pod): void => {
      this.#catchUp(pod);
      changed(uidOf(pod));
    };
    informer.addHandler({ add: tell, update: tell, delete: (pod) => {
      this.#ahead.delete(uidOf(pod));
      changed(uidOf(pod));
    } });
    this.synced = informer.waitForSync();
    // A source that is stopped before it synced is nobody's error.
    this.synced.catch(() => undefined);
  }

  get(uid: string): Pod | undefined {
    const [cached] = this.informer.lister.byIndex(UID_INDEX, uid);
    return cached === undefined ? undefined : (this.#ahead.get(uid) ?? cached);
  }

  all(): readonly Pod[] {
    return this.informer.lister.list().map((pod) => this.#ahead.get(uidOf(pod)) ?? pod);
  }

  find(namespace: string, name: string): Pod | undefined {
    const cached = this.informer.lister.get(name, namespace);
    return cached === undefined ? undefined : this.get(uidOf(cached));
  }

  observe(pod: Pod): void {
    const present = this.get(uidOf(pod));
    if (present !== undefined && revisionOf(present) < revisionOf(pod)) this.#ahead.set(uidOf(pod), pod);
  }

  stop(): Promise<void> {
    return this.informer.stop();
  }

  #catchUp(pod: Pod): void {
    const ahead = this.#ahead.get(uidOf(pod));
    if (ahead !== undefined && revisionOf(ahead) <= revisionOf(pod)) this.#ahead.delete(uidOf(pod));
  }
}

function uidOf(pod: Pod): string {
  return pod.metadata?.uid ?? '';
}

import { isNotFound } from '@gantry/apimachinery';
import type { coreV1 } from '@gantry/api-types';
import type { Clock, Logger } from '@gantry/async';
import { withTimeout } from '@gantry/async';
import type { Client, KubeObject, TypedResourceReference } from '@gantry/client';
import { CONFIGMAPS, SECRETS } from '@gantry/client';
import { createInformer, listWatchSource } from '@gantry/informer';
import type { Informer } from '@gantry/informer';
import { identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { ValueSources } from './environment.js';
import { referencesOf } from './references.js';
import type { ConfigKind, ConfigReference } from './references.js';

/** Milliseconds that a reader waits for the first state of an object. */
const FIRST_STATE_TIMEOUT = 10_000;

/**
 * The ConfigMaps and Secrets that the node's pods use, each watched once, as long as a pod uses it. An object that is immutable is
 * read once and not watched on. One that no pod was retained for is read from the API.
 */
export interface WatchedObjects extends ValueSources {
  /** Watches what a pod refers to, instead of what it referred to before. */
  retain(pod: Pod): void;
  release(podUid: string): void;
  /** Grows when something changed that the pod refers to. */
  version(podUid: string): number;
  stop(): Promise<void>;
}

export interface WatchedObjectsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether pods on this node have volumes. */
  readonly volumes: boolean;
  /** Something that the pod refers to has come, changed or gone. */
  readonly changed: (podUid: string) => void;
}

type ConfigObject = KubeObject & { readonly immutable?: boolean };

interface Watched {
  readonly informer: Informer<ConfigObject>;
  readonly users: Set<string>;
}

interface User {
  pod: Pod;
  keys: ReadonlySet<string>;
  version: number;
}

const RESOURCES: Readonly<Record<ConfigKind, TypedResourceReference<ConfigObject>>> = { configMap: CONFIGMAPS, secret: SECRETS };

export function createWatchedObjects(options: WatchedObjectsOptions): WatchedObjects {
  return new Watches(options);
}

class Watches implements WatchedObjects {
  readonly #watched = new Map<string, Watched>();
  readonly #users = new Map<string, User>();
  readonly #stopping = new Set<Promise<void>>();

  constructor(private readonly options: WatchedObjectsOptions) {}

  retain(pod: Pod): void {
    const { uid } = identityOf(pod);
    const user = this.#users.get(uid);
    if (user?.pod === pod) return;
    const references = new Map(referencesOf(pod, this.options.volumes).map((reference) => [keyOf(reference), reference]));
    for (const [key, reference] of references) this.#watch(key, reference, uid);
    for (const key of user?.keys ?? []) if (!references.has(key)) this.#leave(key, uid);
    this.#users.set(uid, { pod, keys: new Set(references.keys()), version: user?.version ?? 0 });
  }

  release(podUid: string): void {
    for (const key of this.#users.get(podUid)?.keys ?? []) this.#leave(key, podUid);
    this.#users.delete(podUid);
  }

  version(podUid: string): number {
    return this.#users.get(podUid)?.version ?? 0;
  }

  configMap(namespace: string, name: string): Promise<coreV1.ConfigMap | undefined> {
    return this.#read<coreV1.ConfigMap>({ kind: 'configMap', namespace, name });
  }

  secret(namespace: string, name: string): Promise<coreV1.Secret | undefined> {
    return this.#read<coreV1.Secret>({ kind: 'secret', namespace, name });
  }

  async stop(): Promise<void> {
    for (const uid of [...this.#users.keys()]) this.release(uid);
    await Promise.all(this.#stopping);
  }

  async #read<T extends ConfigObject>(reference: ConfigReference): Promise<T | undefined> {
    const informer = this.#watched.get(keyOf(reference))?.informer;
    if (informer === undefined) return this.#readOnce<T>(reference);
    if (!informer.hasSynced) await this.#firstState(informer, reference.kind);
    return informer.lister.get(reference.name, reference.namespace) as T | undefined;
  }

  async #firstState(informer: Informer<ConfigObject>, kind: ConfigKind): Promise<void> {
    try {
      await withTimeout(this.options.clock, FIRST_STATE_TIMEOUT, undefined, (signal) => informer.waitForSync(signal));
    } catch (error) {
      throw new Error(`failed to sync ${kind.toLowerCase()} cache: timed out waiting for the condition`, { cause: error });
    }
  }

  async #readOnce<T extends ConfigObject>({ kind, namespace, name }: ConfigReference): Promise<T | undefined> {
    try {
      return (await this.options.client.resource(RESOURCES[kind], namespace).get(name)) as T;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #watch(key: string, reference: ConfigReference, uid: string): void {
    const watched = this.#watched.get(key) ?? this.#begin(reference);
    this.#watched.set(key, watched);
    watched.users.add(uid);
  }

  #begin({ kind, namespace, name }: ConfigReference): Watched {
    const { client, clock, logger } = this.options;
    const source = listWatchSource({ client, reference: RESOURCES[kind], namespace, fieldSelector: `metadata.name=${name}` });
    const watched: Watched = { informer: createInformer({ name: RESOURCES[kind].resource, source, clock, logger }), users: new Set() };
    const seen = (object: ConfigObject): void => {
      if (object.immutable === true) this.#settle(watched);
      this.#tell(watched);
    };
    watched.informer.addHandler({ add: seen, update: seen, delete: () => this.#tell(watched) });
    watched.informer.start();
    return watched;
  }

  /** What it has stays readable, and is the last word: it may be asked to end only once it is known to be synced. */
  #settle({ informer }: Watched): void {
    informer.waitForSync().then(() => this.#end(informer), () => undefined);
  }

  #tell({ users }: Watched): void {
    for (const uid of users) {
      const user = this.#users.get(uid);
      if (user !== undefined) user.version += 1;
      this.options.changed(uid);
    }
  }

  #leave(key: string, uid: string): void {
    const watched = this.#watched.get(key);
    if (watched?.users.delete(uid) !== true || watched.users.size > 0) return;
    this.#watched.delete(key);
    this.#end(watched.informer);
  }

  #end(informer: Informer<ConfigObject>): void {
    const ending: Promise<void> = informer.stop().finally(() => this.#stopping.delete(ending));
    this.#stopping.add(ending);
  }
}

function keyOf({ kind, namespace, name }: ConfigReference): string {
  return `${kind}/${namespace}/${name}`;
}

import type { Clock, Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Client, KubeObject, ResourceReference } from '@gantry/client';
import { followSource } from './follow-source.js';
import { createInformer, waitForAllSynced, type Informer } from './informer.js';
import type { IndexFunction } from './indexer.js';
import { listWatchSource } from './list-watch-source.js';
import type { InformerSource } from './source.js';

export interface InformersOptions {
  readonly client: Client;
  /** Given: resources are followed on the bus, but for encrypted ones; else every informer watches through the client. */
  readonly bus?: Bus;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** One informer a resource, shared by all who ask for it. */
export interface Informers {
  /** The resource's informer, with the indexes of all who asked for it. */
  informer<T extends KubeObject>(reference: ResourceReference & { readonly objectType?: T }, indexes?: Readonly<Record<string, IndexFunction<T>>>): Informer<T>;
  /** Starts all that were asked for; those asked for later start at once. */
  start(): void;
  waitForSync(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Stored sealed: only `api` can read them. */
const ENCRYPTED: ReadonlySet<string> = new Set(['/secrets']);

export function createInformers(options: InformersOptions): Informers {
  const informers = new Map<string, Informer<KubeObject>>();
  let started = false;
  const create = <T extends KubeObject>(reference: ResourceReference): Informer<T> => {
    const { clock, logger } = options;
    const informer = createInformer<T>({ source: sourceFor(options, reference), name: reference.resource, clock, logger });
    if (started) informer.start();
    return informer;
  };
  return {
    informer: <T extends KubeObject>(reference: ResourceReference, indexes: Readonly<Record<string, IndexFunction<T>>> = {}) => {
      const key = `${reference.group}/${reference.version}/${reference.resource}`;
      const informer = (informers.get(key) as Informer<T> | undefined) ?? create<T>(reference);
      informers.set(key, informer as unknown as Informer<KubeObject>);
      informer.addIndexes(indexes);
      return informer;
    },
    start: () => {
      started = true;
      for (const informer of informers.values()) informer.start();
    },
    waitForSync: (signal) => waitForAllSynced([...informers.values()], signal),
    stop: async () => {
      await Promise.all([...informers.values()].map((informer) => informer.stop()));
    },
  };
}

function sourceFor<T extends KubeObject>({ client, bus }: InformersOptions, reference: ResourceReference): InformerSource<T> {
  if (bus === undefined || ENCRYPTED.has(`${reference.group}/${reference.resource}`)) return listWatchSource<T>({ client, reference });
  return followSource<T>({ bus, client, reference });
}

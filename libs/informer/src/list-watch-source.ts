import { isExpired, isGone } from '@gantry/apimachinery';
import type { Client, KubeObject, ResourceClient, ResourceReference, WatchEvent } from '@gantry/client';
import { revisionOf } from './keys.js';
import type { InformerSource, Sink } from './source.js';

export interface ListWatchOptions<T extends KubeObject> {
  readonly client: Client;
  readonly reference: ResourceReference & { readonly objectType?: T };
  /** Unset: all namespaces, or a cluster-scoped resource. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** In [0, 1), spreads the watches' ends; default `Math.random`. */
  readonly random?: () => number;
}

/** Seconds after which a watch is asked to end: between this and twice this. */
const WATCH_SECONDS = 300;

/** LIST, then WATCH from its revision; the watch is resumed where it stopped, and only lost history makes it list again. */
export function listWatchSource<T extends KubeObject>(options: ListWatchOptions<T>): InformerSource<T> {
  return new ListWatchSource(options);
}

class ListWatchSource<T extends KubeObject> implements InformerSource<T> {
  private readonly resource: ResourceClient<T>;
  private mustList = true;

  constructor(private readonly options: ListWatchOptions<T>) {
    this.resource = options.client.resource<T>(options.reference, options.namespace);
  }

  async run(sink: Sink<T>, signal: AbortSignal, alive: () => void): Promise<void> {
    if (this.mustList || sink.revision === undefined) await this.list(sink, signal);
    try {
      await this.watch(sink, signal, alive);
    } catch (error) {
      if (!isExpired(error) && !isGone(error)) throw error;
      this.mustList = true;
    }
  }

  private async list(sink: Sink<T>, signal: AbortSignal): Promise<void> {
    const { labelSelector, fieldSelector } = this.options;
    const { items, metadata } = await this.resource.list({ labelSelector, fieldSelector, signal });
    sink.replace(items, Number(metadata.resourceVersion));
    this.mustList = false;
  }

  /** Returns when the server ends a watch that showed something; throws when it showed nothing at all, so that the next waits. */
  private async watch(sink: Sink<T>, signal: AbortSignal, alive: () => void): Promise<void> {
    const { labelSelector, fieldSelector, random = Math.random } = this.options;
    const timeoutSeconds = Math.floor(WATCH_SECONDS * (1 + random()));
    const query = { labelSelector, fieldSelector, resourceVersion: String(sink.revision), timeoutSeconds, signal };
    let shown = false;
    for await (const event of this.resource.watch(query)) {
      if (!shown) alive();
      shown = true;
      takeEvent(sink, event);
    }
    if (!shown) throw new Error('the watch ended without an event');
  }
}

function takeEvent<T extends KubeObject>(sink: Sink<T>, event: WatchEvent<T>): void {
  if (event.type === 'BOOKMARK') sink.progress(revisionOf(event.object));
  else sink.apply(event.type, event.object);
}

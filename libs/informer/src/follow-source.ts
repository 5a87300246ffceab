import { AsyncQueue, onAbort } from '@gantry/async';
import { isNotFound } from '@gantry/apimachinery';
import { watchPattern, type Bus, type SequencedMessage } from '@gantry/bus';
import type { Client, KubeObject, ResourceReference } from '@gantry/client';
import { decodeWatchMessage, isBodyByReference, parsedValue, parseKey, type KeyParts } from '@gantry/storage';
import { keyFor } from './keys.js';
import type { InformerSource, Sink } from './source.js';

export interface FollowOptions<T extends KubeObject> {
  readonly bus: Bus;
  readonly client: Client;
  /** A whole resource, in the version in which it is stored; never one that is stored encrypted. */
  readonly reference: ResourceReference & { readonly objectType?: T };
}

/** What the carrier shows: a message, or that it cannot show what comes before `next`. */
type Shown = SequencedMessage | { readonly next: number };

interface Session {
  /** Of the list that the session began with. */
  readonly revision: number;
  readonly signal: AbortSignal;
  readonly alive: () => void;
}

/**
 * LIST through the API, then the watch stream itself from the list's revision on. Whether a message was missed shows in each
 * one's `prev-kind`: the revision of the resource's previous change must have been seen, or the list is taken again.
 */
export function followSource<T extends KubeObject>(options: FollowOptions<T>): InformerSource<T> {
  return new FollowSource(options);
}

class FollowSource<T extends KubeObject> implements InformerSource<T> {
  constructor(private readonly options: FollowOptions<T>) {}

  async run(sink: Sink<T>, signal: AbortSignal, alive: () => void): Promise<void> {
    const { bus, client, reference } = this.options;
    const { items, metadata } = await client.resource<T>(reference).list({ signal });
    const revision = Number(metadata.resourceVersion);
    sink.replace(items, revision);
    const shown = new AsyncQueue<Shown>();
    const release = onAbort(signal, (reason) => shown.fail(reason));
    const onMessage = (message: SequencedMessage): void => void shown.push(message);
    const onGap = ({ next }: { next: number }): void => void shown.push({ next });
    const subscription = await bus.watch.follow({ subjects: [watchPattern(reference)], fromSequence: revision + 1, onMessage, onGap });
    try {
      await this.takeAll(sink, shown, { revision, signal, alive });
    } finally {
      release();
      await subscription.close();
    }
  }

  /** Returns at the first gap; throws where there is nothing before it, so that the next list waits until it may be newer. */
  private async takeAll(sink: Sink<T>, shown: AsyncQueue<Shown>, { revision, signal, alive }: Session): Promise<void> {
    // Up to where no change of the resource is missing.
    let last = revision;
    for await (const message of shown) {
      if ('next' in message || Number(message.headers['prev-kind']) > last) {
        if (last === revision) throw new Error('the watch stream does not reach back to the list');
        return;
      }
      if (message.sequence <= last) continue;
      if (last === revision) alive();
      last = message.sequence;
      await this.take(sink, message, signal);
    }
  }

  private async take(sink: Sink<T>, { sequence, headers, data }: SequencedMessage, signal: AbortSignal): Promise<void> {
    if (isBodyByReference(headers)) return this.takeReference(sink, headers, sequence, signal);
    const entry = decodeWatchMessage(sequence, headers, data);
    sink.apply(entry.type, parsedValue<T>(entry));
  }

  /** The body was too large for the stream: the object is read as it is now, which may be newer than the message. */
  private async takeReference(sink: Sink<T>, headers: Readonly<Record<string, string>>, sequence: number, signal: AbortSignal): Promise<void> {
    const parts = parseKey(headers['key'] ?? '');
    const key = keyFor(parts.name, parts.namespace);
    if (headers['type'] === 'DELETED') return sink.remove(key, sequence);
    const object = await this.read(parts, sequence, signal);
    if (object !== undefined) sink.apply('MODIFIED', object, sequence);
    else sink.remove(key, sequence);
  }

  private async read({ name, namespace }: KeyParts, sequence: number, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.options.client.resource<T>(this.options.reference, namespace).get(name, { resourceVersion: String(sequence), signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

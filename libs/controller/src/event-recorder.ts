import { randomInt } from 'node:crypto';
import type { coreV1, metaV1 } from '@gantry/api-types';
import type { Clock, Logger } from '@gantry/async';
import { AsyncQueue, Deferred, delay, silentLogger, systemClock } from '@gantry/async';
import { isNotFound, StatusError } from '@gantry/apimachinery';
import type { Client, KubeObject } from '@gantry/client';
import type { EventApi, EventFacts } from './event-forms.js';
import { EVENT_FORMS } from './event-forms.js';

export type EventType = 'Normal' | 'Warning';

/** What an event says beyond its object. */
export interface EventContent {
  readonly type: EventType;
  /** CamelCase: why. */
  readonly reason: string;
  readonly message: string;
  /** What was done; events.k8s.io requires one, `reason` stands in for it. */
  readonly action?: string;
  readonly related?: coreV1.ObjectReference;
}

export interface EventRecorderOptions {
  readonly client: Client;
  /** `deployment-controller`, `default-scheduler`, `kubelet` … */
  readonly component: string;
  /** The host that the component is on; empty where it has none to tell. */
  readonly host?: string;
  /** The API the events are written through; `core/v1` where not given. Both store the same objects. */
  readonly api?: EventApi;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Events that may wait to be written; those beyond it are dropped. */
  readonly limit?: number;
}

export interface EventRecorder {
  /** Writes an event about `object` some time later. Never blocks, never throws, may lose the event. */
  event(object: KubeObject | coreV1.ObjectReference, content: EventContent): void;
  /** Resolves when all that was recorded before is written or given up. */
  flush(): Promise<void>;
  /** Writes what waits, as long as the server answers, and ends. Idempotent. */
  stop(): Promise<void>;
}

const DEFAULT_LIMIT = 1000;
const REMEMBERED = 4096;
const ATTEMPTS = 3;
const RETRY_AFTER = 1000;

/** The object that an event is about, as a reference. */
function objectReference(object: KubeObject | coreV1.ObjectReference): coreV1.ObjectReference {
  if (!isObject(object)) return object;
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return withoutUndefined({ apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid, resourceVersion });
}

function isObject(object: KubeObject | coreV1.ObjectReference): object is KubeObject & { metadata: metaV1.ObjectMeta } {
  return 'metadata' in object && object.metadata !== undefined;
}

function withoutUndefined(reference: coreV1.ObjectReference): coreV1.ObjectReference {
  return Object.fromEntries(Object.entries(reference).filter(([, value]) => value !== undefined));
}

/** An event that was written, so that its repeats become a count. */
interface Written {
  readonly name: string;
  readonly namespace: string;
  count: number;
}

class Recorder implements EventRecorder {
  readonly #queue = new AsyncQueue<EventFacts | Deferred<void>>();
  readonly #written = new Map<string, Written>();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ended: Promise<void>;
  readonly #stopping = new AbortController();
  /** Begins anywhere, so that two recorders of one object seldom give one name in the same millisecond. */
  #sequence = randomInt(1_000_000);
  /** The server did not answer when it was stopped: what waits is not tried either, for each try may wait for long. */
  #abandoned = false;

  constructor(private readonly options: EventRecorderOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#logger = (options.logger ?? silentLogger).child({ recorder: options.component });
    this.#ended = this.#write();
  }

  event(object: KubeObject | coreV1.ObjectReference, content: EventContent): void {
    if (this.#queue.size >= (this.options.limit ?? DEFAULT_LIMIT)) return;
    const { component, host = '' } = this.options;
    this.#queue.push({ regarding: objectReference(object), ...content, component, host, at: this.#clock.now() });
  }

  async flush(): Promise<void> {
    const mark = new Deferred<void>();
    if (this.#queue.push(mark)) await mark.promise;
    else await this.#ended;
  }

  async stop(): Promise<void> {
    this.#queue.close();
    this.#stopping.abort(new Error('the event recorder stops'));
    await this.#ended;
  }

  async #write(): Promise<void> {
    for await (const item of this.#queue) {
      if (item instanceof Deferred) item.resolve();
      else if (!this.#abandoned) await this.#record(item);
    }
  }

  /** Tried again is what the server did not refuse: it was not there. Nothing is after the stop. */
  async #record(facts: EventFacts): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(facts);
      } catch (error) {
        const refused = error instanceof StatusError && error.code < 500;
        this.#abandoned = !refused && this.#queue.closed;
        if (refused || attempt === ATTEMPTS || this.#queue.closed) return this.#giveUp(facts, error);
        await delay(this.#clock, RETRY_AFTER, this.#stopping.signal).catch(() => undefined);
      }
    }
  }

  async #send(facts: EventFacts): Promise<void> {
    const key = JSON.stringify([facts.regarding.kind, facts.regarding.namespace, facts.regarding.name, facts.regarding.uid, facts.type, facts.reason, facts.message]);
    const earlier = this.#written.get(key);
    if (earlier !== undefined && (await this.#repeat(earlier, facts))) return;
    const namespace = facts.regarding.namespace ?? 'default';
    const name = this.#name(facts);
    await this.#events(namespace).create(this.#form.build(facts, { name, namespace }));
    this.#remember(key, { name, namespace, count: 1 });
  }

  /** Whether the earlier event was there to be counted up. */
  async #repeat(earlier: Written, facts: EventFacts): Promise<boolean> {
    try {
      await this.#events(earlier.namespace).patch(earlier.name, 'application/merge-patch+json', this.#form.repeat(facts, earlier.count + 1));
      earlier.count += 1;
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  get #form() {
    return EVENT_FORMS[this.options.api ?? 'core/v1'];
  }

  #events(namespace: string) {
    return this.options.client.resource<KubeObject>(this.#form.resource, namespace);
  }

  /** Unique by time, and by a count within one millisecond; the form is upstream's. */
  #name(facts: EventFacts): string {
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    const nanoseconds = BigInt(Math.floor(facts.at)) * 1_000_000n + BigInt(this.#sequence);
    return `${facts.regarding.name ?? 'unknown'}.${nanoseconds.toString(16)}`;
  }

  #remember(key: string, written: Written): void {
    this.#written.delete(key);
    this.#written.set(key, written);
    if (this.#written.size <= REMEMBERED) return;
    const oldest = this.#written.keys().next();
    if (oldest.done !== true) this.#written.delete(oldest.value);
  }

  #giveUp(facts: EventFacts, error: unknown): void {
    this.#logger.debug({ reason: facts.reason, object: facts.regarding.name, error: String(error) }, 'could not write an event');
  }
}

/** A recorder that writes one event at a time, in order, in the background. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options);
}

import { newExpired } from '@gantry/apimachinery';
import type { AnswerSink } from '../http/answer.js';
import { scanCandidates } from '../registry/list.js';
import type { ObjectFilter } from '../registry/object-filter.js';
import type { Representation } from '../representation/representation.js';
import type { CacheEvent, Notice } from '../watch-cache/cache-event.js';
import type { Watcher } from '../watch-cache/watcher-index.js';
import type { ResourceRequest } from './verb.js';

export interface WatchStreamOptions {
  readonly request: ResourceRequest;
  /** Of the keys that are watched. */
  readonly prefix: string;
  readonly filter: ObjectFilter;
  readonly sink: AnswerSink;
  readonly representation: Representation;
}

const INITIAL_END: Readonly<Record<string, string>> = { 'k8s.io/initial-events-end': 'true' };

/**
 * One open watch. Frames are shared with every other watch of the same representation. A client that does not read is cut off:
 * the memory that it can hold is bounded, and it resumes where it was.
 */
export class WatchStream implements Watcher {
  readonly trigger: Watcher['trigger'];
  readonly #options: WatchStreamOptions;
  readonly #prefix: string;
  readonly #bookmarks: boolean;
  readonly #makeFrame: (notice: Notice) => Uint8Array;
  #timer: NodeJS.Timeout | undefined;
  #bookmarkDue = 0;
  #sentRevision = 0;
  /** Bytes of the beginning that the client has not read yet: they do not count against it. */
  #backlog = 0;
  #open = true;

  constructor(options: WatchStreamOptions) {
    const { request, filter, representation, prefix } = options;
    this.#options = options;
    this.trigger = filter.trigger;
    this.#prefix = prefix;
    this.#bookmarks = request.context.flag('allowWatchBookmarks');
    this.#makeFrame = (notice) => representation.event(notice);
    this.#bookmarkDue = request.env.now() + request.limits.bookmarkIntervalMs;
    options.sink.onGone(() => this.#close());
  }

  /** The present objects as added ones, in one turn of the loop, so that the next event is the first after them. */
  sendState(markEnd: boolean): void {
    const { request, filter, sink, representation } = this.#options;
    scanCandidates(request.resource, request.namespace, filter, (object) => {
      if (filter.matches === undefined || filter.matches(object)) sink.write(representation.event({ type: 'ADDED', object }));
      return true;
    });
    this.#sentRevision = request.env.watchCache.revision;
    if (markEnd) this.markInitialEnd();
  }

  markInitialEnd(): void {
    const { sink, representation, request } = this.#options;
    sink.write(representation.bookmark(request.env.watchCache.revision, INITIAL_END));
  }

  /** Events from the log, then those in the ring after `revision`. False when the ring lost some meanwhile: the watch has ended with 410. */
  replay(events: readonly CacheEvent[], revision: number): boolean {
    const { ring } = this.#options.request.resource.cache;
    if (!ring.covers(revision)) {
      this.#fail(revision);
      return false;
    }
    for (const event of events) this.offer(event);
    for (const event of ring.after(revision)) this.offer(event);
    return true;
  }

  /** From here on every event as it comes, until the time is up. */
  follow(seconds: number): void {
    if (!this.#open) return;
    const { request } = this.#options;
    this.#timer = setTimeout(() => this.end(), Math.min(seconds * 1000, 0x7fffffff));
    this.#timer.unref();
    this.#backlog = this.#options.sink.buffered;
    request.resource.cache.watchers.add(this);
  }

  /** What the log has shown already is not told again when the cache gets there. An event that cannot be shown ends this watch, and no other. */
  offer(event: CacheEvent): void {
    if (!this.#open || event.revision <= this.#sentRevision || !event.object.key.startsWith(this.#prefix)) return;
    try {
      this.#send(event);
    } catch {
      this.#cutOff();
    }
  }

  #send(event: CacheEvent): void {
    const { filter, representation, sink } = this.#options;
    const notice = filter.matches === undefined ? event : event.noticeFor(filter.matches);
    if (notice === undefined) return;
    if (this.#isBehind()) return this.#cutOff();
    sink.write(event.frame(notice, representation.name, this.#makeFrame));
    this.#sentRevision = event.revision;
    this.#options.request.resource.sent.events += 1;
  }

  progress(revision: number): void {
    const { request } = this.#options;
    if (!this.#bookmarks || revision <= this.#sentRevision || request.env.now() < this.#bookmarkDue) return;
    this.#bookmark(revision);
  }

  /** The clean end; who wants bookmarks gets a last one to resume from. */
  end(): void {
    if (!this.#open) return;
    const { sink, request } = this.#options;
    const { revision } = request.env.watchCache;
    if (this.#bookmarks && revision > this.#sentRevision) this.#bookmark(revision);
    this.#close();
    sink.end();
  }

  #bookmark(revision: number): void {
    const { request, sink, representation } = this.#options;
    this.#bookmarkDue = request.env.now() + request.limits.bookmarkIntervalMs;
    this.#sentRevision = revision;
    sink.write(representation.bookmark(revision));
  }

  #fail(revision: number): void {
    const { sink, representation, request } = this.#options;
    sink.write(representation.errorEvent(newExpired(`too old resource version: ${String(revision)} (${String(request.env.watchCache.revision)})`).status));
    this.#close();
    sink.end();
  }

  /** Judged before a write: one event of any size is nobody's fault. */
  #isBehind(): boolean {
    const { sink, request } = this.#options;
    this.#backlog = Math.min(this.#backlog, sink.buffered);
    return sink.buffered - this.#backlog > request.limits.watchBufferBytes;
  }

  #cutOff(): void {
    this.#close();
    this.#options.sink.destroy();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#timer);
    this.#options.request.resource.cache.watchers.delete(this);
  }
}

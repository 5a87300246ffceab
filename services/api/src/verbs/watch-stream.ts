import { StatusError } from '@gantry/apimachinery';
import type { AnswerSink } from '../http/answer.js';
import { scanCandidates } from '../registry/list.js';
import type { ObjectFilter } from '../registry/object-filter.js';
import { eventsOfLog, tooOld } from '../registry/watch.js';
import type { Representation } from '../representation/representation.js';
import type { CacheEvent, Notice } from '../watch-cache/cache-event.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Watcher } from '../watch-cache/watcher-index.js';
import type { OpenWatch } from './open-watches.js';
import type { ResourceRequest } from './verb.js';
import { WatchBody } from './watch-body.js';
import type { WatchOptions } from './watch-options.js';

export interface WatchStreamOptions {
  readonly request: ResourceRequest;
  readonly options: WatchOptions;
  /** Of the keys that are watched. */
  readonly prefix: string;
  readonly filter: ObjectFilter;
  readonly sink: AnswerSink;
  readonly representation: Representation;
}

/** Bytes that any client may leave unread, whatever else its user has open. */
const SMALL = 64 * 1024;
const INITIAL_END: Readonly<Record<string, string>> = { 'k8s.io/initial-events-end': 'true' };

/**
 * One open watch. It is told of events as they come while its client keeps up. Of a client that is behind the watch itself waits, and goes on from
 * the ring or the log when what was written has been taken: so the memory that a client can hold is bounded, and it misses nothing. One that takes
 * nothing at all is cut off. Frames are shared with every other watch of the same representation.
 */
export class WatchStream implements Watcher, OpenWatch {
  readonly trigger: Watcher['trigger'];
  readonly #options: WatchStreamOptions;
  readonly #body: WatchBody;
  readonly #prefix: string;
  readonly #makeFrame: (notice: Notice) => Uint8Array;
  readonly #deadline: NodeJS.Timeout;
  #bookmarkDue: number;
  /** All events up to this revision have been looked at; while it follows, all that there are. */
  #seen = 0;
  /** The newest revision that the client was told of. */
  #told = 0;
  /** Until the present state has been sent, no revision is one to resume from. */
  #isResumable = false;
  #isFollowing = false;
  #open = true;

  constructor(options: WatchStreamOptions) {
    const { request, filter, representation, sink } = options;
    const { limits, env, identity } = request;
    this.#options = options;
    this.trigger = filter.trigger;
    this.#prefix = options.prefix;
    this.#makeFrame = (notice) => representation.event(notice);
    this.#body = new WatchBody(sink, limits.watchStallMs, env.failpoints);
    this.#bookmarkDue = env.now() + limits.bookmarkIntervalMs;
    this.#deadline = setTimeout(() => this.end(), lifetimeOf(options)).unref();
    request.resource.cache.watchers.add(this);
    env.openWatches.add(identity.name, this);
    sink.onGone(() => this.#close());
  }

  get buffered(): number {
    return this.#body.buffered;
  }

  /** With the first event after a revision, with the present state (undefined), or with why it cannot begin. */
  begin(after: number | StatusError | undefined): void {
    if (after instanceof StatusError) this.#fail(after);
    else this.#carry(this.#run(after));
  }

  /** An event that cannot be shown ends this watch, and no other. */
  offer(event: CacheEvent): void {
    if (!this.#isFollowing || event.revision <= this.#seen || !event.object.key.startsWith(this.#prefix)) return;
    try {
      if (this.#isBehind()) this.#fallBehind(event.revision - 1);
      else this.#look(event);
    } catch {
      this.#cutOff();
    }
  }

  progress(revision: number): void {
    const { options, request } = this.#options;
    if (!options.bookmarks || !this.#isFollowing || revision <= this.#told || request.env.now() < this.#bookmarkDue) return;
    this.#bookmark(revision);
  }

  /** The clean end; who wants bookmarks gets a last one to resume from. */
  end(): void {
    if (!this.#open) return;
    const revision = this.#isFollowing ? Math.max(this.#seen, this.#options.request.env.watchCache.revision) : this.#seen;
    if (this.#options.options.bookmarks && this.#isResumable && revision > this.#told) this.#bookmark(revision);
    this.#close();
    this.#body.end();
  }

  /** What happened since is not known to the cache: the client lists again. */
  expire(): void {
    this.#fail(tooOld(this.#options.request.env, Math.max(this.#seen, this.#told)));
  }

  async #run(after: number | undefined): Promise<void> {
    if (after === undefined) await this.#sendState();
    else this.#seen = this.#told = after;
    this.#isResumable = this.#open;
    await this.#catchUp();
  }

  /** The present objects as added ones: all taken in one turn of the loop, so that the next event is the first after them. */
  async #sendState(): Promise<void> {
    const { request: { resource, namespace, env }, filter, representation, options } = this.#options;
    const objects: CachedObject[] = [];
    scanCandidates(resource, namespace, filter, (object) => objects.push(object) > 0);
    this.#seen = env.watchCache.revision;
    for (const object of objects) {
      if (!this.#open) return;
      if (filter.matches === undefined || filter.matches(object)) this.#body.event(representation.event({ type: 'ADDED', object }));
      if (this.#body.needsPause) await this.#pause();
    }
    if (!this.#open) return;
    if (options.markInitialEnd) this.#bookmark(this.#seen, INITIAL_END);
    this.#told = this.#seen;
  }

  /** Sends what is after `#seen`, from the log where the ring does not have it; from the turn in which nothing is left, events are told as they come. */
  async #catchUp(): Promise<void> {
    const { cache } = this.#options.request.resource;
    while (this.#open) {
      if (!cache.ring.covers(this.#seen)) await this.#sendLog();
      else if (this.#sendRing()) return;
      await this.#pause();
    }
  }

  /** True when nothing was left. */
  #sendRing(): boolean {
    const { resource: { cache }, env } = this.#options.request;
    for (const event of cache.ring.after(this.#seen)) {
      this.#look(event);
      event.boundFrames();
      if (this.#body.needsPause) return false;
    }
    this.#seen = Math.max(this.#seen, env.watchCache.revision);
    this.#isFollowing = true;
    return true;
  }

  async #sendLog(): Promise<void> {
    const { request: { resource, env }, filter } = this.#options;
    const { events, revision } = await eventsOfLog(env, resource, this.#prefix, this.#seen, filter.matches !== undefined);
    if (revision === this.#seen) throw tooOld(env, revision);
    for (const event of events) {
      if (!this.#open) return;
      this.#look(event);
      if (this.#body.needsPause) await this.#pause();
    }
    this.#seen = revision;
  }

  #look(event: CacheEvent): void {
    const { filter, representation, request } = this.#options;
    this.#seen = event.revision;
    if (!event.object.key.startsWith(this.#prefix)) return;
    const notice = filter.matches === undefined ? event : event.noticeFor(filter.matches);
    if (notice === undefined) return;
    this.#body.event(event.frame(notice, representation.name, this.#makeFrame));
    this.#told = event.revision;
    request.resource.sent.events += 1;
  }

  /** Judged before a write: one event of any size is nobody's fault. */
  #isBehind(): boolean {
    const { limits, env, identity } = this.#options.request;
    const { buffered } = this.#body;
    return buffered > limits.watchBufferBytes || (buffered > SMALL && env.openWatches.isOver(identity.name));
  }

  #fallBehind(seen: number): void {
    this.#isFollowing = false;
    this.#seen = seen;
    this.#carry(this.#pause().then(() => this.#catchUp()));
  }

  async #pause(): Promise<void> {
    if (!(await this.#body.pause())) this.#cutOff();
  }

  /** A failure of the work ends the watch: with its reason where it has one for clients. */
  #carry(work: Promise<void>): void {
    work.catch((error: unknown) => (error instanceof StatusError ? this.#fail(error) : this.#cutOff()));
  }

  #bookmark(revision: number, annotations?: Readonly<Record<string, string>>): void {
    const { request, representation } = this.#options;
    this.#bookmarkDue = request.env.now() + request.limits.bookmarkIntervalMs;
    this.#told = revision;
    this.#body.bookmark(representation.bookmark(revision, annotations));
  }

  #fail({ status }: StatusError): void {
    if (!this.#open) return;
    this.#close();
    this.#body.event(this.#options.representation.errorEvent(status));
    this.#body.end();
  }

  /** The client sees a broken connection: it resumes where it was. */
  #cutOff(): void {
    if (!this.#open) return;
    this.#close();
    this.#options.request.resource.cache.watchers.terminated += 1;
    this.#body.destroy();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = this.#isFollowing = false;
    clearTimeout(this.#deadline);
    const { resource, env, identity } = this.#options.request;
    resource.cache.watchers.delete(this);
    env.openWatches.delete(identity.name, this);
  }
}

/** Milliseconds: what was asked for, else a random time, so that watches that began together do not end together. */
function lifetimeOf({ options: { timeoutSeconds }, request: { limits } }: WatchStreamOptions): number {
  const seconds = timeoutSeconds ?? limits.minimumWatchSeconds * (1 + Math.random());
  return Math.min(Math.max(0, seconds * 1000), 0x7fffffff);
}

import type { Client, KubeObject, ResourceReference } from '../client.js';
import { createClient } from '../create-client.js';
import type { ApiRequest } from '../transport.js';
import { FakeApi, type Reaction } from './fake-api.js';
import { resourceOf, typeOf, type Target } from './names.js';

/** A request that the fake was sent, as tests ask about it. */
export interface SentRequest {
  readonly method: ApiRequest['method'] | 'WATCH';
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** The body read as JSON. */
  readonly body: unknown;
}

export interface FakeClientOptions {
  /** Milliseconds since the epoch, for creation and deletion timestamps; default the machine's. */
  readonly now?: () => number;
}

/** The real client over an API server in memory, and what a test needs to steer and look into it. */
export interface FakeClient extends Client {
  readonly api: FakeApi;
  /** Every request in order, watches as `WATCH`. */
  readonly requests: readonly SentRequest[];
  /** The newest revision. */
  readonly resourceVersion: string;
  /** Present objects of a resource, as they are stored: not to be changed. */
  objects<T extends KubeObject>(reference: ResourceReference & { readonly objectType?: T }, namespace?: string): T[];
  /** Stores an object as it is, status included, whatever its resourceVersion says. */
  seed(...objects: readonly KubeObject[]): void;
  /** Puts a reaction before all others; the function returned takes it away. */
  react(reaction: Reaction): () => void;
  /** Fails the next `times` requests that match with an error (a `StatusError` as it is, else 500). */
  failNext(matches: (request: ApiRequest, target: Target) => boolean, error: unknown, times?: number): void;
  /** Sends every watch a bookmark at the newest revision. */
  bookmark(): void;
  /** Ends every watch as a server does at its timeout. */
  endWatches(): void;
  /** Forgets the history: watches from older revisions, new ones only, get 410. */
  compact(): void;
}

export function createFakeClient(objects: readonly KubeObject[] = [], { now = Date.now }: FakeClientOptions = {}): FakeClient {
  const api = new FakeApi(now);
  const requests: SentRequest[] = [];
  api.reactions.push((request, target) => void requests.push(describeRequest(request, target)));
  const react = (reaction: Reaction): (() => void) => {
    api.reactions.push(reaction);
    return () => void api.reactions.splice(api.reactions.indexOf(reaction), 1);
  };
  const client: FakeClient = {
    ...createClient(api),
    api,
    requests,
    get resourceVersion() {
      return String(api.store.revision);
    },
    objects: <T extends KubeObject>(reference: ResourceReference, namespace?: string) => api.store.list(reference, namespace) as KubeObject[] as T[],
    seed: (...seeds) => seeds.forEach((object) => api.writes.seed(referenceOf(object), object)),
    react,
    failNext: (matches, error, times = 1) => failNext(react, matches, error, times),
    bookmark: () => [...api.watches].forEach((watch) => watch.bookmark()),
    endWatches: () => [...api.watches].forEach((watch) => watch.end()),
    compact: () => api.store.compact(),
  };
  client.seed(...objects);
  return client;
}

function failNext(react: FakeClient['react'], matches: Parameters<FakeClient['failNext']>[0], error: unknown, times: number): void {
  let left = times;
  const remove = react((request, target) => {
    if (!matches(request, target)) return;
    left -= 1;
    if (left === 0) remove();
    throw error;
  });
}

function referenceOf({ apiVersion, kind }: KubeObject): ResourceReference {
  if (apiVersion === undefined || kind === undefined) throw new TypeError('an object that a fake begins with needs apiVersion and kind');
  return resourceOf(apiVersion, kind);
}

function describeRequest(request: ApiRequest, { resource, namespace, name, subresource }: Target): SentRequest {
  const watch = /(^|&)watch=(true|1)(&|$)/.test(request.query ?? '');
  const text = request.body === undefined ? '' : Buffer.from(request.body).toString('utf8');
  return { method: watch ? 'WATCH' : request.method, resource: typeOf(resource), namespace, name, subresource, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}


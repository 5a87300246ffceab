import type { Clock } from '@gantry/async';
import { failureOf, isSuccess, readAnswer } from './answers.js';
import type { DeleteQuery, KubeObject, ListQuery, ObjectList, PatchType, ResourceClient, ResourceReference, WatchEvent, WatchQuery } from './client.js';
import { apiVersionFor, deleteOptions, listQuery, queryString, resourcePath, watchQuery } from './paths.js';
import { sendWithRetry } from './retry.js';
import type { ApiRequest, ApiTransport } from './transport.js';
import { readWatchEvents } from './watch-lines.js';

const JSON_TYPE = 'application/json';

export interface ResourceScope {
  readonly transport: ApiTransport;
  readonly clock: Clock;
  readonly resource: ResourceReference & { readonly kind?: string };
  readonly namespace: string | undefined;
}

interface Call {
  readonly method: ApiRequest['method'];
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** The verbs of one resource, over any transport. */
export class RestResourceClient<T extends KubeObject> implements ResourceClient<T> {
  constructor(private readonly scope: ResourceScope) {}

  get(name: string, { resourceVersion, signal }: { resourceVersion?: string; signal?: AbortSignal } = {}): Promise<T> {
    return this.call({ method: 'GET', name, query: queryString({ resourceVersion }), signal });
  }

  async list(query: ListQuery = {}): Promise<ObjectList<T>> {
    const list = await this.call<ObjectList<T>>({ method: 'GET', query: listQuery(query), signal: query.signal });
    // Items of a list carry neither kind nor apiVersion; whoever passes one on needs them.
    for (const item of list.items) this.complete(item);
    return list;
  }

  async *watch(query: WatchQuery): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const request = this.request({ method: 'GET', query: watchQuery(query), signal: query.signal });
    const response = await this.scope.transport.stream(request);
    if (!isSuccess(response.status)) {
      const body = await readAll(response.body);
      throw failureOf({ ...response, body }, { method: 'GET', resource: this.scope.resource });
    }
    yield* readWatchEvents<T>(response.body);
  }

  create(object: T, options: { subresource?: string; name?: string; signal?: AbortSignal } = {}): Promise<T> {
    return this.call({ method: 'POST', body: this.bodyOf(object, options.subresource), ...options });
  }

  async update(object: T, options: { subresource?: string; signal?: AbortSignal } = {}): Promise<T> {
    return this.call({ method: 'PUT', name: nameOf(object), body: this.bodyOf(object, options.subresource), ...options });
  }

  updateStatus(object: T, options: { signal?: AbortSignal } = {}): Promise<T> {
    return this.update(object, { ...options, subresource: 'status' });
  }

  patch(name: string, type: PatchType, patch: unknown, options: { subresource?: string; signal?: AbortSignal } = {}): Promise<T> {
    return this.call({ method: 'PATCH', name, body: patch, contentType: type, ...options });
  }

  async delete(name: string, query: DeleteQuery = {}): Promise<void> {
    await this.call({ method: 'DELETE', name, body: deleteOptions(query), signal: query.signal });
  }

  private async call<R>(call: Call): Promise<R> {
    const response = await sendWithRetry(this.scope.transport, this.request(call), this.scope.clock);
    return readAnswer<R>(response, { method: call.method, resource: this.scope.resource, name: call.name });
  }

  private request({ method, name, subresource, query, body, contentType = JSON_TYPE, signal }: Call): ApiRequest {
    const path = resourcePath(this.scope.resource, this.scope.namespace, name, subresource);
    const headers: Record<string, string> = { accept: JSON_TYPE };
    if (body === undefined) return { method, path, query, headers, signal };
    headers['content-type'] = contentType;
    return { method, path, query, headers, body: Buffer.from(JSON.stringify(body)), signal };
  }

  /** Subresources other than `status` take bodies of kinds of their own, which say so themselves. */
  private bodyOf(object: T, subresource: string | undefined): T {
    return subresource === undefined || subresource === 'status' ? this.complete({ ...object }) : object;
  }

  private complete(object: T): T {
    const { kind } = this.scope.resource;
    if (kind !== undefined) {
      object.kind ??= kind;
      object.apiVersion ??= apiVersionFor(this.scope.resource);
    }
    return object;
  }
}

function nameOf(object: KubeObject): string {
  const name = object.metadata?.name;
  if (name === undefined || name === '') throw new TypeError('an object to be updated needs a name');
  return name;
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, newGone, newNotFound, newUnsupportedMediaType, parseGroupVersionKind, patchSchemaOf, schemaOf, toStatus, type JsonObject } from '@gantry/apimachinery';
import type { KubeObject } from '../client.js';
import { apiVersionFor } from '../paths.js';
import type { ApiRequest, ApiResponse, ApiStreamResponse, ApiTransport } from '../transport.js';
import { FakeStore, type FakeObject } from './fake-store.js';
import { openWatch, type FakeWatch } from './fake-watch.js';
import { FakeWrites, type FakeDeleteOptions } from './fake-writes.js';
import { kindOf, parseTarget, type Target } from './names.js';
import { parseSelection } from './selection.js';

/** Looks at a request before the fake does: answers it by returning, refuses it by throwing, lets it through by `undefined`. */
export type Reaction = (request: ApiRequest, target: Target) => ApiResponse | undefined | void | Promise<ApiResponse | undefined | void>;

type NamedTarget = Target & { readonly name: string };

/** An API server of a few hundred lines, behind the transport interface: JSON in, JSON out, nothing shared with the caller. */
export class FakeApi implements ApiTransport {
  readonly store = new FakeStore();
  readonly watches = new Set<FakeWatch>();
  readonly reactions: Reaction[] = [];
  readonly writes: FakeWrites;

  constructor(now: () => number) {
    this.writes = new FakeWrites(this.store, now);
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    await Promise.resolve();
    request.signal?.throwIfAborted();
    try {
      const target = requireTarget(request);
      for (const react of this.reactions) {
        const answer = await react(request, target);
        if (answer !== undefined) return answer;
      }
      return jsonResponse(request.method === 'POST' ? 201 : 200, this.answer(request, target));
    } catch (error) {
      const status = toStatus(error);
      return jsonResponse(status.code ?? 500, status);
    }
  }

  async stream(request: ApiRequest): Promise<ApiStreamResponse> {
    const query = new URLSearchParams(request.query);
    if (!['true', '1'].includes(query.get('watch') ?? '')) return streamed(await this.send(request));
    await Promise.resolve();
    request.signal?.throwIfAborted();
    try {
      const target = requireTarget(request);
      for (const react of this.reactions) {
        const answer = await react(request, target);
        if (answer !== undefined) return streamed(answer);
      }
      return { status: 200, headers: {}, body: this.watch(target, query, request.signal).body };
    } catch (error) {
      const status = toStatus(error);
      return streamed(jsonResponse(status.code ?? 500, status));
    }
  }

  close(): Promise<void> {
    for (const watch of [...this.watches]) watch.end();
    return Promise.resolve();
  }

  private watch(target: Target, query: URLSearchParams, signal: AbortSignal | undefined): FakeWatch {
    const watch: FakeWatch = openWatch(this.store, target, query, signal, () => queueMicrotask(() => this.watches.delete(watch)));
    this.watches.add(watch);
    return watch;
  }

  private answer(request: ApiRequest, target: Target): object {
    if (request.method === 'GET' && target.name === undefined) return this.list(target, new URLSearchParams(request.query));
    if (request.method === 'POST') return this.post(target, bodyOf(request));
    const named = requireName(target);
    if (request.method === 'GET') return this.writes.require(named);
    if (request.method === 'PUT') return this.writes.update(named, bodyOf(request));
    if (request.method === 'PATCH') return this.writes.update(named, this.patched(named, request));
    return this.writes.delete(named, request.body === undefined ? {} : (bodyOf(request) as FakeDeleteOptions));
  }

  private post(target: Target, body: KubeObject): object {
    if (target.subresource === undefined) return this.writes.create(target, body);
    const named = requireName(target);
    if (target.subresource === 'binding') this.writes.bind(named, body);
    else if (target.subresource === 'eviction') this.writes.delete(named, (body as { deleteOptions?: FakeDeleteOptions }).deleteOptions ?? {});
    else throw newNotFound(target.resource, `${target.name ?? ''}/${target.subresource}`);
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  }

  private list({ resource, namespace }: Target, query: URLSearchParams): object {
    const selects = parseSelection(query);
    const selected = this.store.list(resource, namespace).filter(selects);
    const start = query.get('continue') ? decodeContinue(query.get('continue') ?? '', this.store.revision) : 0;
    const limit = Number(query.get('limit') ?? 0) || Infinity;
    const items = selected.slice(start, start + limit).map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item);
    const end = start + items.length;
    const more = end < selected.length ? { continue: `${this.store.revision}/${end}`, remainingItemCount: selected.length - end } : {};
    return { kind: `${kindOf(resource) ?? ''}List`, apiVersion: apiVersionFor(resource), metadata: { resourceVersion: String(this.store.revision), ...more }, items };
  }

  private patched(target: NamedTarget, request: ApiRequest): KubeObject {
    const current = this.writes.require(target);
    const patch: unknown = bodyOf(request);
    switch (request.headers['content-type']) {
      case 'application/json-patch+json':
        return applyJsonPatch(current, patch) as KubeObject;
      case 'application/merge-patch+json':
        return applyMergePatch(current, patch) as KubeObject;
      case 'application/strategic-merge-patch+json':
        return applyStrategicMergePatch(current, patch, patchSchema(current)) as KubeObject;
      default:
        throw newUnsupportedMediaType(['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']);
    }
  }
}

function patchSchema({ apiVersion = '', kind = '' }: FakeObject) {
  return patchSchemaOf(schemaOf(parseGroupVersionKind(apiVersion, kind)));
}

/** Continue tokens are good for one revision only: a page of a list that has changed since is refused as expired. */
function decodeContinue(token: string, revision: number): number {
  const [at, start] = token.split('/').map(Number);
  if (at !== revision) throw newGone('The provided continue parameter is too old to display a consistent list result.');
  return start ?? 0;
}

function requireTarget(request: ApiRequest): Target {
  const target = parseTarget(request.path);
  if (target === undefined) throw newNotFound({ group: '', resource: '' }, request.path);
  return target;
}

function requireName(target: Target): NamedTarget {
  if (target.name === undefined) throw newNotFound(target.resource, '');
  return target as NamedTarget;
}

function bodyOf(request: ApiRequest): KubeObject & JsonObject {
  return JSON.parse(Buffer.from(request.body ?? []).toString('utf8')) as KubeObject & JsonObject;
}

function jsonResponse(status: number, body: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}

function streamed({ status, headers, body }: ApiResponse): ApiStreamResponse {
  return { status, headers, body: once(body) };
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield body;
}

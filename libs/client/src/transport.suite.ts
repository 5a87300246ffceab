import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newNotFound } from '@gantry/apimachinery';
import { createClient } from './create-client.js';
import { PODS } from './resources.js';
import type { ApiRequest, ApiResponse, ApiStreamResponse, ApiTransport } from './transport.js';

export type Handler = (request: ApiRequest) => Promise<ApiResponse | ApiStreamResponse>;

export interface TransportHarness {
  readonly transport: ApiTransport;
  /** Takes the server away, so that nobody answers. */
  stopServer(): Promise<void>;
  stop(): Promise<void>;
}

const get = (path: string, more: Partial<ApiRequest> = {}): ApiRequest => ({ method: 'GET', path, headers: {}, ...more });
const answer = (status: number, body: string | Uint8Array, headers: Record<string, string> = {}): ApiResponse => ({ status, headers, body: Buffer.from(body as string) });
const text = (body: Uint8Array): string => Buffer.from(body).toString('utf8');

/** What every way to the API does alike; `serve` puts a handler behind it. */
export function describeTransport(name: string, serve: (handler: Handler) => Promise<TransportHarness>): void {
  describe(name, () => {
    let handler: Handler = () => Promise.reject(new Error('no handler'));
    let harness: TransportHarness;
    beforeEach(async () => {
      harness = await serve((request) => handler(request));
    });
    afterEach(() => harness.stop());

    it('carries method, path, query, headers and body there, and status, headers and body back', async () => {
      handler = async (request) => answer(201, `${request.method} ${request.path}?${request.query} ${request.headers['content-type']} ${text(request.body ?? Buffer.of())}`, { 'x-answer': 'yes' });
      const response = await harness.transport.send({ method: 'POST', path: '/api/v1/namespaces/a%2Fb/pods', query: 'x=%20y&z', headers: { 'content-type': 'application/json' }, body: Buffer.from('{"é":1}') });
      expect([response.status, response.headers['x-answer'], text(response.body)]).toEqual([201, 'yes', 'POST /api/v1/namespaces/a%2Fb/pods?x=%20y&z application/json {"é":1}']);
    });

    it.each(['GET', 'PUT', 'PATCH', 'DELETE'] as const)('carries a %s that may have no body', async (method) => {
      handler = async (request) => answer(200, `${request.method} ${request.body?.byteLength ?? 0}`);
      expect(text((await harness.transport.send({ method, path: '/api/v1/namespaces/x/pods/y', headers: {} })).body)).toBe(`${method} 0`);
    });

    it('carries three megabytes both ways, whatever the verb', async () => {
      const body = Buffer.alloc(3 * 1024 * 1024, 'abcdefg');
      handler = async (request) => answer(200, request.body ?? body);
      for (const method of ['PUT', 'PATCH'] as const) {
        expect(Buffer.compare((await harness.transport.send({ method, path: '/api/v1/nodes/n', headers: {}, body })).body, body)).toBe(0);
      }
      for (const path of ['/api/v1/nodes', '/api/v1/nodes/n', '/openapi/v2']) expect(Buffer.compare((await harness.transport.send(get(path))).body, body)).toBe(0);
    });

    it('refuses with a Status what the server throws', async () => {
      handler = async () => {
        throw newNotFound({ group: '', resource: 'pods' }, 'a');
      };
      await expect(createClient(harness.transport).resource(PODS, 'x').get('a')).rejects.toMatchObject({ code: 404, reason: 'NotFound', message: 'pods "a" not found' });
      const response = await harness.transport.stream(get('/api/v1/pods'));
      expect(response.status).toBe(404);
    });

    it('hands over chunks as they come', async () => {
      let release = (): void => undefined;
      const more = new Promise<void>((resolve) => (release = resolve));
      handler = async () => ({
        status: 200,
        headers: { 'x-flow': '1' },
        body: (async function* () {
          yield Buffer.from('first');
          await more;
          yield Buffer.from('second');
        })(),
      });
      const response = await harness.transport.stream(get('/api/v1/pods', { query: 'watch=true' }));
      expect([response.status, response.headers['x-flow']]).toEqual([200, '1']);
      const chunks = response.body[Symbol.asyncIterator]();
      expect(text((await chunks.next()).value)).toBe('first');
      release();
      expect(text((await chunks.next()).value)).toBe('second');
      expect((await chunks.next()).done).toBe(true);
    });

    it('tells the server when the client leaves the answer, and when its signal is aborted', async () => {
      const aborted: Promise<void>[] = [];
      handler = async ({ signal }) => {
        aborted.push(new Promise((resolve) => signal?.addEventListener('abort', () => resolve())));
        return { status: 200, headers: {}, body: endless(signal) };
      };
      const left = await harness.transport.stream(get('/watch'));
      for await (const _chunk of left.body) break;
      await aborted[0];
      const controller = new AbortController();
      const cut = await harness.transport.stream(get('/watch', { signal: controller.signal }));
      const reading = (async () => {
        for await (const _chunk of cut.body) controller.abort(new Error('enough'));
      })();
      await expect(reading).rejects.toThrow('enough');
      await aborted[1];
    });

    it('is aborted while it waits for the answer', async () => {
      const controller = new AbortController();
      handler = ({ signal }) =>
        new Promise(() => {
          expect(signal?.aborted).toBe(false);
          controller.abort(new Error('no more patience'));
        });
      await expect(harness.transport.send(get('/api/v1/nodes/n', { signal: controller.signal }))).rejects.toThrow('no more patience');
    });

    it('shows an answer that broke off as an error, never as an end', async () => {
      handler = async () => ({
        status: 200,
        headers: {},
        body: (async function* () {
          yield Buffer.from('part');
          throw new Error('the disk is gone');
        })(),
      });
      await expect(harness.transport.send(get('/api/v1/pods'))).rejects.toMatchObject({ reason: 'Timeout' });
    });

    it('says that nobody is there when the server is gone', async () => {
      await harness.stopServer();
      await expect(harness.transport.send(get('/api/v1/nodes/n'))).rejects.toMatchObject({ code: 503, status: { details: { retryAfterSeconds: 1 } } });
      await expect(harness.transport.stream(get('/api/v1/nodes'))).rejects.toMatchObject({ code: 503 });
    });

    it('carries a watch: events in order, then the error as what it is', async () => {
      const lines = ['ADDED', 'BOOKMARK', 'MODIFIED'].map((type, index) => JSON.stringify({ type, object: { metadata: { name: 'ü', resourceVersion: String(index) } } }));
      lines.push(JSON.stringify({ type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', code: 410, reason: 'Expired', message: 'too old' } }));
      // Cut anywhere, in the middle of characters too.
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      handler = async () => ({ status: 200, headers: {}, body: slices(bytes, 7) });
      const seen: string[] = [];
      const watch = async (): Promise<void> => {
        for await (const { type, object } of createClient(harness.transport).resource(PODS).watch({ resourceVersion: '1' })) seen.push(`${type} ${object.metadata?.name} ${object.metadata?.resourceVersion}`);
      };
      await expect(watch()).rejects.toMatchObject({ code: 410, reason: 'Expired' });
      expect(seen).toEqual(['ADDED ü 0', 'BOOKMARK ü 1', 'MODIFIED ü 2']);
    });
  });
}

async function* endless(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from('event\n');
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
}

async function* slices(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size);
}

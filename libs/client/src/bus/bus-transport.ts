import { BusError, type Bus, type BusHeaders, type ByteStream } from '@gantry/bus';
import type { ApiRequest, ApiResponse, ApiStreamResponse, ApiTransport } from '../transport.js';
import { notAnswered, notReached } from '../unreachable.js';
import { BODY_FOLLOWS, decodeResponseHead, decodeStreamHead, encodeRequestHead, LARGEST_UNARY_BODY, REQUEST_TOKEN, STREAM_TOKEN } from './bus-wire.js';

export interface BusTransportOptions {
  readonly bus: Bus;
  /** The identity's subject, as `api.component.controllers`. */
  readonly subjectPrefix: string;
  /** Milliseconds until an answer's head must have come; default 60,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const NOTHING = new Uint8Array(0);

/**
 * The API over the bus. Whole answers of single objects come by request and reply; what may not fit into one message (lists,
 * patches, deletes, large bodies) and what flows comes by byte stream. The bus stays the caller's: closing ends only what
 * this transport has open.
 */
export function createBusTransport(options: BusTransportOptions): ApiTransport {
  return new BusTransport(options);
}

class BusTransport implements ApiTransport {
  private readonly streams = new Set<ByteStream>();
  private readonly closing = new AbortController();
  private readonly timeoutMs: number;

  constructor(private readonly options: BusTransportOptions) {
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    if (mayBeLarge(request)) return this.sendByStream(request);
    try {
      return await this.sendByMessage(request);
    } catch (error) {
      if (request.method === 'GET' && error instanceof BusError && error.code === 'too-large') return this.sendByStream(request);
      throw translate(error, request);
    }
  }

  async stream(request: ApiRequest): Promise<ApiStreamResponse> {
    try {
      const stream = await this.open(request);
      const reader = stream.readable[Symbol.asyncIterator]();
      const { head, rest } = await this.readHead(stream, reader);
      return { ...head, body: readBody(stream, reader, rest, request) };
    } catch (error) {
      throw translate(error, request);
    }
  }

  close(): Promise<void> {
    this.closing.abort();
    for (const stream of [...this.streams]) stream.cancel('the client is closed');
    return Promise.resolve();
  }

  private async sendByMessage(request: ApiRequest): Promise<ApiResponse> {
    const { bus, subjectPrefix } = this.options;
    const headers = encodeRequestHead(request);
    const message = await bus.request(`${subjectPrefix}.${REQUEST_TOKEN}`, request.body ?? NOTHING, { headers, timeoutMs: this.timeoutMs, signal: request.signal });
    return { ...decodeResponseHead(message.headers), body: message.data };
  }

  private async sendByStream(request: ApiRequest): Promise<ApiResponse> {
    const { status, headers, body } = await this.stream(request);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { status, headers, body: Buffer.concat(chunks) };
  }

  private async open(request: ApiRequest): Promise<ByteStream> {
    this.closing.signal.throwIfAborted();
    const { bus, subjectPrefix } = this.options;
    const headers: BusHeaders = request.body === undefined ? encodeRequestHead(request) : { ...encodeRequestHead(request), [BODY_FOLLOWS]: '1' };
    const stream = await bus.openStream(`${subjectPrefix}.${STREAM_TOKEN}`, { headers, timeoutMs: this.timeoutMs, signal: request.signal });
    this.streams.add(stream);
    void stream.closed.then(() => this.streams.delete(stream));
    // A refusal may come before the body was taken; its reader hears of what else breaks the stream.
    void sendBody(stream, request.body).catch(() => undefined);
    return stream;
  }

  private async readHead(stream: ByteStream, reader: AsyncIterator<Uint8Array>) {
    const timer = setTimeout(() => stream.cancel('no answer in time'), this.timeoutMs);
    try {
      let bytes = Buffer.alloc(0);
      for (;;) {
        const found = decodeStreamHead(bytes);
        if (found !== undefined) return { head: found.head, rest: bytes.subarray(found.bodyOffset) };
        const { done, value } = await reader.next();
        if (done === true) throw new BusError('disconnected', 'the answer ended before its head');
        bytes = Buffer.concat([bytes, value]);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

async function sendBody(stream: ByteStream, body: Uint8Array | undefined): Promise<void> {
  if (body !== undefined) await stream.write(body);
  await stream.end();
}

/** Leaving the loop cancels the request. */
async function* readBody(stream: ByteStream, reader: AsyncIterator<Uint8Array>, first: Uint8Array, request: ApiRequest): AsyncGenerator<Uint8Array, void, undefined> {
  let ended = false;
  try {
    if (first.byteLength > 0) yield first;
    for (let result = await reader.next(); result.done !== true; result = await reader.next()) yield result.value;
    ended = true;
  } catch (error) {
    throw translate(error, request);
  } finally {
    if (!ended) stream.cancel('the client left');
  }
}

/** Whether request or answer may be more than one message can carry. Wrong guesses of a GET are made good by asking again. */
function mayBeLarge({ method, path, body }: ApiRequest): boolean {
  if (method === 'PATCH' || method === 'DELETE') return true;
  if (method === 'GET') return !isObjectPath(path);
  return (body?.byteLength ?? 0) > LARGEST_UNARY_BODY;
}

/** `/api/v1/nodes/n`, `/apis/apps/v1/namespaces/x/deployments/d`, also with a subresource; not collections. */
function isObjectPath(path: string): boolean {
  return /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/[^/]+\/[^/]+|(?!namespaces\/[^/]+\/[^/]+$)[^/]+\/[^/]+)/.test(path);
}

function translate(error: unknown, { signal }: ApiRequest): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (!(error instanceof BusError)) return error;
  return error.code === 'no-responders' ? notReached(error) : notAnswered(error);
}

import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { ApiRequest, ApiResponse, ApiStreamResponse, ApiTransport } from '../transport.js';
import { notAnswered, notReached } from '../unreachable.js';

export interface HttpsTransportOptions {
  /** `https://host:port`. */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string | Uint8Array;
  /** PEM of the client's certificate and key. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** Bearer token. */
  readonly token?: string;
  /** Milliseconds until an answer's head must have come; default 60,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** Node's own errors of a connection that was never made. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

/** The API over HTTPS, on connections that are kept. */
export function createHttpsTransport(options: HttpsTransportOptions): ApiTransport {
  return new HttpsTransport(options);
}

class HttpsTransport implements ApiTransport {
  private readonly agent: Agent;
  private readonly url: URL;
  private readonly open = new Set<IncomingMessage>();

  constructor(private readonly options: HttpsTransportOptions) {
    const { ca, cert, key } = options;
    this.url = new URL(options.server);
    this.agent = new Agent({ keepAlive: true, ca: asText(ca), cert: asText(cert), key: asText(key) });
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    const { status, headers, body } = await this.stream(request);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { status, headers, body: Buffer.concat(chunks) };
  }

  async stream(request: ApiRequest): Promise<ApiStreamResponse> {
    request.signal?.throwIfAborted();
    const response = await this.exchange(request);
    this.open.add(response);
    response.once('close', () => this.open.delete(response));
    return { status: response.statusCode ?? 0, headers: plainHeaders(response), body: readBody(response, request) };
  }

  close(): Promise<void> {
    for (const response of [...this.open]) response.destroy();
    this.agent.destroy();
    return Promise.resolve();
  }

  private exchange(request: ApiRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(this.requestOptions(request));
      const timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      outgoing.once('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      // Errors after the head are the body's; this listener keeps them from being uncaught.
      outgoing.on('error', (error) => {
        clearTimeout(timer);
        reject(translate(error, request));
      });
      outgoing.end(request.body);
    });
  }

  private requestOptions({ method, path, query, headers, body, signal }: ApiRequest): RequestOptions {
    const { token } = this.options;
    const length = body === undefined ? {} : { 'content-length': body.byteLength };
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { hostname, port } = this.url;
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    return { agent: this.agent, host, port, method, path: query === undefined ? path : `${path}?${query}`, headers: { ...headers, ...length, ...authorization }, signal };
  }
}

/** Leaving the loop closes the connection, unless the answer was complete. */
async function* readBody(response: IncomingMessage, request: ApiRequest): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array;
  } catch (error) {
    throw translate(error, request);
  }
}

function translate(error: unknown, { signal }: ApiRequest): unknown {
  if (signal?.aborted === true) return signal.reason;
  return NEVER_CONNECTED.has((error as NodeJS.ErrnoException).code ?? '') ? notReached(error) : notAnswered(error);
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}

function asText(pem: string | Uint8Array | undefined): string | Buffer | undefined {
  return pem === undefined || typeof pem === 'string' ? pem : Buffer.from(pem);
}

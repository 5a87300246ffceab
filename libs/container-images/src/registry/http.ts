import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { refused } from '../image-error.js';
import { lookupBy } from './lookup.js';

const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'HEAD';
  readonly insecure: boolean;
  readonly authority?: string;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** What the status is called. */
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed. */
  readonly body: IncomingMessage;
}

export interface HttpOptions {
  /** Name servers that are asked where the system's find nothing. */
  readonly resolvers?: readonly string[];
  /** Variables that may name proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY; none: no proxy is used. */
  readonly proxyEnvironment?: NodeJS.ProcessEnv;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Milliseconds in which nothing arrives, after which a connection counts as dead. */
const SILENCE = 30_000;

/** Requests over connections that are kept; `close` ends them. */
export class Http {
  readonly #plain: InstanceType<typeof http.Agent>;
  readonly #secure: InstanceType<typeof https.Agent>;
  readonly #lookup: LookupFunction;
  readonly #trusts = new Map<string, SecureContext>();

  constructor({ resolvers = [], proxyEnvironment }: HttpOptions = {}) {
    const kept = { keepAlive: true, ...(proxyEnvironment === undefined ? {} : { proxyEnv: proxyEnvironment }) };
    this.#plain = new http.Agent(kept);
    this.#secure = new https.Agent(kept);
    this.#lookup = lookupBy(resolvers);
  }

  /** Follows redirects: credentials go to the first host alone, and never from HTTPS to plain HTTP. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    let { url, headers } = request;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.#once({ ...request, url, headers });
      const location = answer.headers.location;
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
      answer.body.destroy();
      if (redirects === MOST_REDIRECTS) throw refused(`${request.url.host} redirects more than ${MOST_REDIRECTS} times`);
      const target = new URL(location, url);
      if (url.protocol === 'https:' && target.protocol !== 'https:') throw refused(`${url.host} redirects to ${target.protocol}//${target.host}, which is not encrypted`);
      if (target.host !== url.host) headers = without(headers, 'authorization');
      url = target;
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /** Node's own authorities, those of the machine and perhaps one more. Made once: there are hundreds. */
  #trust(authority = ''): SecureContext {
    const known = this.#trusts.get(authority);
    if (known !== undefined) return known;
    const ca = [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...(authority === '' ? [] : [authority])])];
    const made = createSecureContext({ ca });
    this.#trusts.set(authority, made);
    return made;
  }

  #once({ url, headers, method = 'GET', insecure, authority, signal }: HttpRequest): Promise<HttpAnswer> {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(`${url.protocol} is no way to reach a registry`);
    const answer = Promise.withResolvers<HttpAnswer>();
    const common = { method, headers: { 'user-agent': 'gantry', ...headers }, timeout: SILENCE, signal, lookup: this.#lookup };
    const trust = insecure ? { rejectUnauthorized: false } : { secureContext: this.#trust(authority) };
    const sent = url.protocol === 'https:' ? https.request(url, { ...common, agent: this.#secure, ...trust } as RequestOptions) : http.request(url, { ...common, agent: this.#plain });
    sent.once('response', (body) => answer.resolve({ status: body.statusCode ?? 0, reason: http.STATUS_CODES[body.statusCode ?? 0] ?? '', headers: body.headers, body }));
    // Also after the answer has begun: then the body fails.
    sent.on('timeout', () => sent.destroy(new Error(`${url.host} is silent for ${SILENCE / 1000} s`)));
    sent.on('error', answer.reject);
    sent.end();
    return answer.promise;
  }
}

function without(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

/** The whole body, which must not be longer. */
export async function readBody(body: AsyncIterable<Uint8Array>, longest: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > longest) throw refused(`${what} is longer than ${longest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import type { Clock } from '@gantry/async';
import { ImageError } from '../image-error.js';
import type { Credentials } from '../image-store.js';
import { parseChallenge } from './challenge.js';
import type { Challenge } from './challenge.js';
import type { Endpoint } from './endpoints.js';
import type { Http, HttpAnswer } from './http.js';
import { readBody } from './http.js';
import { connectionError, statusError } from './retry.js';

export interface SessionParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly repository: string;
  /** For the registry itself: mirrors do not get them. */
  readonly credentials?: Credentials;
  readonly signal?: AbortSignal;
}

const LONGEST_TOKEN = 2 ** 20;
const DENIED = 'pull access denied, repository does not exist or may require authorization';

/** Requests about one repository to one endpoint, with what authorises them once it is asked for. */
export class EndpointSession {
  readonly endpoint: Endpoint;
  readonly #parts: SessionParts;
  #authorization: string | undefined;

  constructor(endpoint: Endpoint, parts: SessionParts) {
    this.endpoint = endpoint;
    this.#parts = parts;
  }

  /** An answer of 200 or 206; 404 is `image-not-found`. `path` follows `/v2/<repository>/`. */
  async get(path: string, headers: Readonly<Record<string, string>>, method: 'GET' | 'HEAD' = 'GET'): Promise<HttpAnswer> {
    const url = new URL(`${this.endpoint.base}/v2/${this.#parts.repository}/${path}`);
    if (this.endpoint.mirrorOf !== undefined) url.searchParams.set('ns', this.endpoint.mirrorOf);
    const first = await this.#send(url, headers, method);
    if (first.status !== 401) return this.#expectSuccess(method, url, first);
    first.body.destroy();
    await this.#authorize(parseChallenge(first.headers['www-authenticate']));
    return this.#expectSuccess(method, url, await this.#send(url, headers, method));
  }

  async #send(url: URL, headers: Readonly<Record<string, string>>, method: 'GET' | 'HEAD' = 'GET', authorization = this.#authorization): Promise<HttpAnswer> {
    const { insecure, authority } = this.endpoint;
    try {
      return await this.#parts.http.send({ url, method, insecure, authority, signal: this.#parts.signal, headers: authorization === undefined || authorization === '' ? headers : { ...headers, authorization } });
    } catch (error) {
      this.#parts.signal?.throwIfAborted();
      throw error instanceof ImageError ? error : connectionError(url, error);
    }
  }

  #expectSuccess(method: string, url: URL, answer: HttpAnswer): HttpAnswer {
    const { status, reason, headers, body } = answer;
    if (status === 200 || status === 206) return answer;
    body.destroy();
    if (status === 404) throw new ImageError('image-not-found', 'not found');
    if (status === 401) throw new ImageError('pull-failed', `${DENIED}: server message: insufficient_scope: authorization failed`);
    throw statusError(method, url, status, reason, headers['retry-after'], this.#parts.clock.now());
  }

  async #authorize(challenge: Challenge | undefined): Promise<void> {
    const basic = this.#basic();
    if (challenge === undefined) throw new ImageError('pull-failed', `${this.endpoint.base} wants an authorization of a kind that is not known`);
    if (challenge.scheme === 'bearer') this.#authorization = `Bearer ${await this.#token(challenge, basic)}`;
    else if (basic === undefined) throw new ImageError('pull-failed', `${DENIED}: no basic auth credentials`);
    else this.#authorization = basic;
  }

  #basic(): string | undefined {
    const { credentials } = this.#parts;
    if (credentials === undefined || this.endpoint.mirrorOf !== undefined) return undefined;
    return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  }

  async #token({ realm, service, scope = `repository:${this.#parts.repository}:pull` }: Challenge & { scheme: 'bearer' }, basic: string | undefined): Promise<string> {
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !this.endpoint.insecure) throw new ImageError('pull-failed', `${this.endpoint.base} sends for a token to ${url.origin}, which is not encrypted`);
    if (service !== undefined) url.searchParams.set('service', service);
    for (const one of scope.split(' ')) url.searchParams.append('scope', one);
    const answer = await this.#send(url, {}, 'GET', basic ?? '');
    if (answer.status === 401 || answer.status === 403) throw new ImageError('pull-failed', `failed to authorize: failed to fetch ${basic === undefined ? 'anonymous' : 'oauth'} token: ${this.#failure(url, answer).message}`);
    if (answer.status !== 200) throw this.#failure(url, answer);
    return readToken(await readBody(answer.body, LONGEST_TOKEN, 'the token'));
  }

  #failure(url: URL, { status, reason, headers, body }: HttpAnswer): Error {
    body.destroy();
    return statusError('GET', url, status, reason, headers['retry-after'], this.#parts.clock.now());
  }
}

function readToken(bytes: Buffer): string {
  try {
    const { token, access_token: accessToken } = JSON.parse(bytes.toString()) as { token?: unknown; access_token?: unknown };
    const read = token ?? accessToken;
    if (typeof read === 'string' && /^[\x21-\x7e]+$/.test(read)) return read;
  } catch {
    // Said below.
  }
  throw new ImageError('pull-failed', 'failed to authorize: the token server sent no token');
}

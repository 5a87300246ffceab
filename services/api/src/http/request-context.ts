import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { RequestSeries } from '../metrics/request-series.js';
import type { Identity } from './authz/identity.js';

export interface RequestInput {
  readonly method: string;
  /** Path without query, percent-encoded. */
  readonly path: string;
  /** Query string without the question mark, '' when there is none. */
  readonly query: string;
  /** As the log names it: `HTTP/2.0`, `HTTP/1.1`. Absent: it came over the bus. */
  readonly protocol?: string | undefined;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array | undefined;
  /** The body as it comes, in place of `body`, where it is only passed on. */
  readonly incoming?: Readable | undefined;
  /** The protocol that the client wants to go on with, in lower case; only where the connection can be handed over. */
  readonly upgrade?: string | undefined;
  /** Of the client, where it is passed on. */
  readonly remoteAddress?: string | undefined;
  /** undefined: no credentials were given. */
  readonly identity: Identity | undefined;
}

/** Many more than a header has room for. */
const MOST_WARNINGS = 1000;
const NO_PARAMETERS = new URLSearchParams();

/** One request on its way through the chain, the same whether it came over TLS or over the bus. */
export class RequestContext {
  readonly method: string;
  readonly path: string;
  readonly headers: RequestInput['headers'];
  readonly auditId: string;
  /** Texts of the Warning headers that the answer will carry. */
  readonly warnings: string[] = [];
  /** Where the answer will be counted, once it is known what is asked for. */
  series: RequestSeries | undefined;
  readonly #input: RequestInput;
  #parameters: URLSearchParams | undefined;
  #abort: AbortController | undefined;
  #gone = false;
  #body: Uint8Array | undefined;
  #contentType: string | undefined;
  #bodyProblem: string | undefined;

  constructor(input: RequestInput) {
    this.#input = input;
    this.method = input.method;
    this.path = input.path;
    this.headers = input.headers;
    this.#body = input.body;
    this.auditId = this.header('audit-id') ?? randomUUID();
  }

  /** Set once the request is known to come from somebody. */
  get identity(): Identity | undefined {
    return this.#input.identity;
  }

  get query(): URLSearchParams {
    if (this.#input.query === '') return NO_PARAMETERS;
    return (this.#parameters ??= new URLSearchParams(this.#input.query));
  }

  get rawQuery(): string {
    return this.#input.query;
  }

  /** A boolean parameter as upstream reads it: false when absent, `0` or `false`; true with any other value, none included. */
  flag(name: string): boolean {
    const value = this.query.get(name);
    return value !== null && value !== '0' && value.toLowerCase() !== 'false';
  }

  get protocol(): string {
    return this.#input.protocol ?? 'bus';
  }

  get incoming(): Readable | undefined {
    return this.#input.incoming;
  }

  get remoteAddress(): string | undefined {
    return this.#input.remoteAddress;
  }

  get upgrade(): string | undefined {
    return this.#input.upgrade;
  }

  get body(): Uint8Array | undefined {
    return this.#body;
  }

  /** What reading the body found wrong without failing (duplicate keys of YAML). */
  get bodyProblem(): string | undefined {
    return this.#bodyProblem;
  }

  /** The same body in another form. */
  replaceBody(body: Uint8Array, contentType: string, problem: string | undefined): void {
    this.#body = body;
    this.#contentType = contentType;
    this.#bodyProblem = problem;
  }

  header(name: string): string | undefined {
    if (this.#contentType !== undefined && name === 'content-type') return this.#contentType;
    const value = this.headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }

  /** Aborts when the client is gone or the deadline has passed. Made when first asked for. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#gone) this.#abort.abort();
    return this.#abort.signal;
  }

  /** The client is gone or the time is up: whatever still works for this request may stop. */
  abandon(): void {
    this.#gone = true;
    this.#abort?.abort();
  }

  warn(text: string): void {
    if (this.warnings.length < MOST_WARNINGS && !this.warnings.includes(text)) this.warnings.push(text);
  }
}

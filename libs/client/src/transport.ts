/**
 * How a request reaches `api`: over HTTPS or over the bus, the same request either way and the same chain behind it.
 * Over the bus the subject carries the identity: `api.component.<component>.request`, `api.node.<node>.request` (and
 * `….stream` for answers that flow: watches, logs, large lists).
 */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path without query, percent-encoded as in a URL. */
  readonly path: string;
  /** Query string without the question mark. */
  readonly query?: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ApiStreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks as they come; leaving the loop cancels the request. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface ApiTransport {
  /** The whole answer at once. Rejects only when no answer came (connection, deadline); any status resolves. */
  send(request: ApiRequest): Promise<ApiResponse>;
  stream(request: ApiRequest): Promise<ApiStreamResponse>;
  close(): Promise<void>;
}

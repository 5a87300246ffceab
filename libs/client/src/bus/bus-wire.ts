import { isSubject, type BusHeaders } from '@gantry/bus';
import type { ApiRequest, ApiResponse } from '../transport.js';

/** Bodies above this many bytes are sent through a byte stream. */
export const LARGEST_UNARY_BODY = 512 * 1024;

/** Last tokens of the subjects under an identity's own: whole answers, and answers that flow. */
export const REQUEST_TOKEN = 'request';
export const STREAM_TOKEN = 'stream';

const METHOD = 'gantry-method';
const PATH = 'gantry-path';
const QUERY = 'gantry-query';
const STATUS = 'gantry-status';
/** Opening header of a stream whose opener sends the request's body through it. */
export const BODY_FOLLOWS = 'gantry-body-follows';

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** The request without its body as bus headers: HTTP's own keep their names, the rest is `gantry-…`. */
export function encodeRequestHead(request: ApiRequest): BusHeaders {
  const head: Record<string, string> = { ...httpHeaders(request.headers), [METHOD]: request.method, [PATH]: request.path };
  if (request.query !== undefined) head[QUERY] = request.query;
  return head;
}

/** Throws a RangeError on headers that are not those of a request. */
export function decodeRequestHead(headers: BusHeaders): Pick<ApiRequest, 'method' | 'path' | 'query' | 'headers'> {
  const method = headers[METHOD] ?? '';
  const path = headers[PATH] ?? '';
  if (!METHODS.has(method) || !path.startsWith('/')) throw new RangeError('not a request of the API');
  return { method: method as ApiRequest['method'], path, query: headers[QUERY], headers: httpHeaders(headers) };
}

/** Status and headers of an answer as bus headers. */
export function encodeResponseHead({ status, headers }: Pick<ApiResponse, 'status' | 'headers'>): BusHeaders {
  return { ...httpHeaders(headers), [STATUS]: String(status) };
}

/** Throws a RangeError on headers that are not those of an answer. */
export function decodeResponseHead(headers: BusHeaders): Pick<ApiResponse, 'status' | 'headers'> {
  const status = Number(headers[STATUS]);
  if (!Number.isInteger(status) || status < 100 || status > 599) throw new RangeError('not an answer of the API');
  return { status, headers: httpHeaders(headers) };
}

/** The first bytes of an answer in a stream: four of length, then the head as JSON. */
export function encodeStreamHead(response: Pick<ApiResponse, 'status' | 'headers'>): Buffer {
  const head = Buffer.from(JSON.stringify(encodeResponseHead(response)));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(head.byteLength);
  return Buffer.concat([length, head]);
}

/** The head at the beginning of `bytes` and where the body begins; undefined while it is not complete. */
export function decodeStreamHead(bytes: Buffer): { head: Pick<ApiResponse, 'status' | 'headers'>; bodyOffset: number } | undefined {
  if (bytes.byteLength < 4) return undefined;
  const bodyOffset = 4 + bytes.readUInt32BE(0);
  if (bytes.byteLength < bodyOffset) return undefined;
  return { head: decodeResponseHead(JSON.parse(bytes.toString('utf8', 4, bodyOffset)) as BusHeaders), bodyOffset };
}

/** The identity's subject of a request's or stream's: `api.node.n1` of `api.node.n1.request`. */
export function identitySubject(subject: string): string {
  const identity = subject.slice(0, subject.lastIndexOf('.'));
  if (!isSubject(identity)) throw new RangeError(`no identity in ${subject}`);
  return identity;
}

function httpHeaders(headers: BusHeaders): Record<string, string> {
  const own: Record<string, string> = {};
  for (const name of Object.keys(headers)) if (!name.startsWith('gantry-')) own[name] = headers[name] as string;
  return own;
}

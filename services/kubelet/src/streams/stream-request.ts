import { StreamError } from './stream-error.js';

/** What an api wants to be connected with: the kubelet's own paths, for bytes both ways. */
export interface StreamRequest {
  readonly what: 'exec' | 'attach' | 'portForward' | 'dial';
  readonly namespace: string;
  readonly pod: string;
  /** '' for `portForward` and `dial`. */
  readonly container: string;
  readonly query: URLSearchParams;
}

/** The method that asks for a connection. No client's request through the proxy of a node can have it. */
export const CONNECT = 'CONNECT';
const SEGMENTS: Readonly<Record<string, number>> = { exec: 4, attach: 4, portForward: 3, dial: 3 };

/** Reads `/exec/<namespace>/<pod>/<container>` and its likes. Throws `StreamError` for any other path. */
export function parseStreamRequest(path: string, query: string): StreamRequest {
  const segments = path.split('/').slice(1);
  const [what = '', ...rest] = segments;
  if (SEGMENTS[what] !== segments.length) throw new StreamError(404, '404 page not found\n');
  const [namespace = '', pod = '', container = ''] = rest.map(decodeURIComponent);
  return { what: what as StreamRequest['what'], namespace, pod, container, query: new URLSearchParams(query) };
}

/** The port that is asked for. Throws `StreamError`. */
export function portOf({ query }: StreamRequest): number {
  const port = Number(query.get('port') ?? '');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new StreamError(400, `port ${JSON.stringify(query.get('port'))} is not a port`);
  return port;
}

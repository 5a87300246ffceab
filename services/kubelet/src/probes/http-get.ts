import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { coreV1 } from '@gantry/api-types';
import { systemClock, withTimeout } from '@gantry/async';
import type { Container } from '../pods/pod.js';
import { containerPort, hostPort } from './container-port.js';
import { dialErrorText } from './dial-error.js';
import { LONGEST_OUTPUT } from './probe-request.js';

const http = process.getBuiltinModule('node:http');

const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface HttpGetRequest {
  readonly action: coreV1.HTTPGetAction;
  readonly container: Container;
  /** Where the action names no host. */
  readonly podIp: string;
  readonly userAgent: string;
  readonly timeoutMs: number;
}

export interface HttpGetAnswer {
  readonly status: number;
  /** Its beginning. */
  readonly body: string;
  /** It sends elsewhere, to another host, and was not followed. */
  readonly leadsAway: boolean;
}

export type HttpGet = (request: HttpGetRequest) => Promise<HttpGetAnswer>;

/**
 * GETs what a probe or hook names, without looking at certificates. Redirects are followed on the same host only. Rejects with a
 * text as Go has it.
 */
export const httpGet: HttpGet = async (request) => {
  const { scheme = 'HTTP', host, port, path = '' } = request.action;
  const origin = `${scheme.toLowerCase()}://${hostPort(host === undefined || host === '' ? request.podIp : host, containerPort(port, request.container))}`;
  const current = { url: `${origin}${path.startsWith('/') ? '' : '/'}${path}` };
  try {
    return await withTimeout(systemClock, request.timeoutMs, undefined, (signal) => follow(current, headersOf(request), signal));
  } catch (error) {
    throw new Error(`Get "${current.url}": ${reasonOf(error, current.url)}`, { cause: error });
  }
};

function reasonOf(error: unknown, url: string): string {
  if ((error as Error).name === 'TimeoutError') return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  return dialErrorText(error, addressOf(url));
}

function addressOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

/** The action's own headers win; an empty Accept means none. */
function headersOf({ action, userAgent }: HttpGetRequest): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  for (const { name, value } of action.httpHeaders ?? []) {
    const key = name.toLowerCase();
    const present = headers[key];
    headers[key] = present === undefined || key === 'host' ? value : [present, value].flat();
  }
  headers['user-agent'] ??= userAgent;
  headers['accept'] ??= '*/*';
  if (headers['accept'] === '') delete headers['accept'];
  return { ...headers, connection: 'close' };
}

/** `current.url` is what is being asked, also for whoever has to say what failed. */
async function follow(current: { url: string }, headers: OutgoingHttpHeaders, signal: AbortSignal): Promise<HttpGetAnswer> {
  const first = new URL(current.url).hostname;
  let sent = headers;
  for (let hops = 0; ; hops += 1) {
    const response = await getOnce(current.url, sent, signal);
    const { location } = response.headers;
    const status = response.statusCode ?? 0;
    if (location === undefined || !REDIRECTS.has(status)) return { status, body: await beginning(response), leadsAway: false };
    const target = new URL(location, current.url);
    if (target.hostname !== first) return { status, body: await beginning(response), leadsAway: true };
    response.destroy();
    if (hops + 1 >= MOST_REDIRECTS) throw new Error(`stopped after ${MOST_REDIRECTS} redirects`);
    // A host that was named for the first address is not that of another.
    if (URL.canParse(location)) sent = { ...sent, host: target.host };
    current.url = target.href;
  }
}

function getOnce(url: string, headers: OutgoingHttpHeaders, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const [, origin = '', path = '/'] = /^(https?:\/\/[^/?#]+)([^#]*)/.exec(url) ?? [];
    const { protocol, hostname, port } = new URL(origin);
    // The path goes out as it was written: parsed, its dots would be resolved.
    const options = { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? undefined : port, path: path.startsWith('/') ? path : `/${path}`, headers, signal, agent: false };
    const sent = protocol === 'https:' ? httpsRequest({ ...options, rejectUnauthorized: false }, resolve) : http.request(options, resolve);
    sent.once('error', reject).end();
  });
}

async function beginning(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= LONGEST_OUTPUT) break;
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_OUTPUT).toString();
}

import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { Endpoint } from '../cluster-under-test.js';
import { percentile } from '../report/statistics.js';

export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: Buffer;
  readonly accept?: string;
}

export interface LoadResult {
  readonly count: number;
  readonly failures: number;
  readonly perSecond: number;
  /** Milliseconds */
  readonly p50: number;
  readonly p99: number;
  readonly bytes: number;
}

export interface LoadOptions {
  readonly connections: number;
  readonly count: number;
  /** Request number `index`. */
  readonly make: (index: number) => LoadRequest;
}

/** One request over a kept connection; resolves with the status and the size of the answer. */
export type Send = (request: LoadRequest) => Promise<{ status: number; bytes: number }>;

/** A sender over TLS to an API, with so many connections. */
export function tlsSender(endpoint: Endpoint, connections: number): { send: Send; close: () => void } {
  const agent = new TlsAgent({ keepAlive: true, maxSockets: connections, ca: endpoint.ca, cert: endpoint.cert, key: endpoint.key });
  const send: Send = (request) => exchange((path, options) => httpsRequest({ host: '127.0.0.1', port: endpoint.port, agent, path, ...options }), request);
  return { send, close: () => agent.destroy() };
}

/** The same without TLS, to a floor. */
export function plainSender(port: number, connections: number): { send: Send; close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const send: Send = (request) => exchange((path, options) => httpRequest({ host: '127.0.0.1', port, agent, path, ...options }), request);
  return { send, close: () => agent.destroy() };
}

/** Sends `count` requests, `connections` at a time, each as soon as one before it was answered. */
export async function runLoad(send: Send, options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let next = 0;
  let failures = 0;
  let bytes = 0;
  const worker = async (): Promise<void> => {
    while (next < options.count) {
      const request = options.make(next++);
      const began = performance.now();
      const answer = await send(request);
      latencies.push(performance.now() - began);
      bytes += answer.bytes;
      if (answer.status >= 400) failures++;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: options.connections }, worker));
  const seconds = (performance.now() - began) / 1000;
  return { count: options.count, failures, perSecond: options.count / seconds, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), bytes };
}

type Open = (path: string, options: { method: string; headers: Record<string, string | number> }) => ClientRequest;

function exchange(open: Open, request: LoadRequest): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = request.body === undefined ? {} : { 'content-type': 'application/json', 'content-length': request.body.length };
    if (request.accept !== undefined) headers['accept'] = request.accept;
    const outgoing = open(request.path, { method: request.method, headers });
    outgoing.once('error', reject);
    outgoing.once('response', (response: IncomingMessage) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
      response.once('error', reject);
    });
    outgoing.end(request.body);
  });
}

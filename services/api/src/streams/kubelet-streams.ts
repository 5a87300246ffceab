import { failure, newServiceUnavailable, newTimeout, StatusError, isStatus, newInternalError } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import { BusError, encodeToken } from '@gantry/bus';
import type { Bus, ByteStream } from '@gantry/bus';
import type { Answer, AnswerSink } from '../http/answer.js';

export interface KubeletRequest {
  readonly nodeName: string;
  /** GET where not given. */
  readonly method?: string;
  readonly path: string;
  readonly query: string;
  readonly signal: AbortSignal;
}

/** Requests to kubelets: over the bus, because nothing ever dials a node. */
export interface KubeletStreams {
  /** What the kubelet answers, its failures as a Status. */
  get(request: KubeletRequest): Promise<Answer>;
  /** The same with the kubelet's failures as they come. */
  pass(request: KubeletRequest): Promise<Answer>;
  /** Bytes both ways with something of the node's (a command, a port of a pod), or the kubelet's refusal. Throws 503 or 504 where the kubelet says nothing. */
  connect(request: KubeletRequest): Promise<KubeletConnection>;
}

export type KubeletConnection = { readonly stream: ByteStream } | { readonly refusal: KubeletRefusal };

/** In the kubelet's own words. */
export interface KubeletRefusal {
  readonly status: number;
  readonly text: string;
}

/** The method that kubelets know connections by. */
const CONNECT = 'CONNECT';

const ACCEPT_TIMEOUT_MS = 10_000;
/** Bytes that a client may leave unread before the kubelet is made to wait. */
const HIGH_WATER = 256 * 1024;

export function createKubeletStreams(bus: Bus, logger: Logger): KubeletStreams {
  return {
    get: async (request) => {
      const stream = await asked(bus, request);
      const status = statusOf(stream);
      if (status >= 400) throw await failureOf(stream, status);
      return flowing(stream, request, logger);
    },
    pass: async (request) => {
      if (request.method !== 'HEAD') return flowing(await asked(bus, request), request, logger);
      const stream = await asked(bus, { ...request, method: 'GET' });
      stream.cancel('the head is enough');
      return { status: statusOf(stream), headers: { 'content-type': stream.headers['content-type'] ?? 'text/plain' }, body: new Uint8Array(0) };
    },
    connect: async ({ nodeName, path, query, signal }) => {
      const stream = await opened(bus, nodeName, { method: CONNECT, path, query }, signal);
      const status = statusOf(stream);
      if (status < 400) return { stream };
      await stream.end();
      return { refusal: { status, text: await textOf(stream) } };
    },
  };
}

async function asked(bus: Bus, { nodeName, method = 'GET', path, query, signal }: KubeletRequest): Promise<ByteStream> {
  const stream = await opened(bus, nodeName, { method, path, query }, signal);
  await stream.end();
  return stream;
}

function statusOf(stream: ByteStream): number {
  return Number(stream.headers['status'] ?? '200');
}

function flowing(stream: ByteStream, { nodeName, path }: KubeletRequest, logger: Logger): Answer {
  return {
    status: statusOf(stream),
    headers: { 'content-type': stream.headers['content-type'] ?? 'text/plain' },
    start: (sink) => void pump(stream, sink).catch((error: unknown) => {
      logger.debug({ nodeName, path, error: String(error) }, 'The stream from the kubelet broke');
      sink.destroy();
    }),
  };
}

async function opened(bus: Bus, nodeName: string, headers: Record<string, string>, signal: AbortSignal): Promise<ByteStream> {
  try {
    return await bus.openStream(`node.${encodeToken(nodeName)}.stream`, { headers, timeoutMs: ACCEPT_TIMEOUT_MS, signal });
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    if (error.code === 'timeout') throw newTimeout(`the kubelet of node ${JSON.stringify(nodeName)} did not answer`);
    throw newServiceUnavailable(`the kubelet of node ${JSON.stringify(nodeName)} cannot be reached: ${error.message}`);
  }
}

/** The kubelet's own error: a Status, or plain text. */
async function failureOf(stream: ByteStream, code: number): Promise<Error> {
  const text = await textOf(stream);
  try {
    const value: unknown = JSON.parse(text);
    if (isStatus(value)) return new StatusError(value);
  } catch {
    // Plain text: below.
  }
  if (code >= 500) return newInternalError(text.trim());
  return failure(code, code === 404 ? 'NotFound' : 'BadRequest', text.trim());
}

async function textOf(stream: ByteStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function pump(stream: ByteStream, sink: AnswerSink): Promise<void> {
  let gone = false;
  sink.onGone(() => {
    gone = true;
    stream.cancel('the client is gone');
  });
  try {
    for await (const chunk of stream.readable) {
      sink.write(chunk);
      if (sink.buffered > HIGH_WATER) await sink.drained();
    }
  } catch (error) {
    if (gone) return;
    throw error;
  }
  sink.end();
}
